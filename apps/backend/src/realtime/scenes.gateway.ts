import type { IncomingMessage } from 'node:http';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { WebSocket, WebSocketServer } from 'ws';
import { Credits } from '../ledger/credits.ts';
import { Debits } from '../ledger/debits.ts';
import { CONFIG } from '../tokens.ts';
import { Connection, type Surroundings } from './connection.ts';
import { Drain } from './drain.ts';
import { JournalStore } from './journal-store.ts';
import { Journal } from './journal.ts';
import { SceneAccess } from './ports.ts';
import { SceneHubs } from './scene-hubs.ts';
import { Sockets } from './sockets.ts';
import { Turns } from './turns.ts';

/** Hellos answered at the same time; meanwhile those who move are still served where they come from. */
const GREETINGS = 4;

/** The journal protocol of a scene (contracts/realtime.ts). */
@WebSocketGateway({ path: '/ws/scenes/:id' })
export class ScenesGateway implements OnGatewayInit<WebSocketServer>, OnGatewayConnection<WebSocket> {
  readonly #around: Surroundings;
  readonly #sockets: Sockets;

  constructor(
    @Inject(CONFIG) config: Pick<BackendConfig, 'SLOT'>,
    @Inject(SceneAccess) access: SceneAccess,
    @Inject(JournalStore) store: JournalStore,
    @Inject(Journal) journal: Journal,
    @Inject(SceneHubs) hubs: SceneHubs,
    @Inject(Drain) drain: Drain,
    @Inject(Sockets) sockets: Sockets,
    @Inject(Debits) debits: Debits,
    @Inject(Credits) credits: Credits,
  ) {
    this.#around = { slot: config.SLOT, access, store, journal, hubs, drain, debits, credits, greetings: new Turns(GREETINGS) };
    this.#sockets = sockets;
  }

  afterInit(server: WebSocketServer): void {
    this.#sockets.servedBy(server);
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    const { pathname } = new URL(request.url ?? '/', 'http://slot');
    this.#sockets.add(new Connection(socket, pathname.split('/').at(-1) ?? '', this.#around));
  }
}
