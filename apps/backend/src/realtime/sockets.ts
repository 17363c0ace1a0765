import { CloseCode, mayReconnect, type LedgerOutcome, type ServerMessage } from '@devplatform/contracts';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { WebSocket, WebSocketServer } from 'ws';
import { Debits } from '../ledger/debits.ts';
import { RealtimeMetrics } from './realtime-metrics.ts';

/** What a gateway makes of one WebSocket. */
export interface Client {
  readonly socket: WebSocket;
  /** Of this connection. */
  readonly id: string;
  /** Which session it serves; null: it has not said so. */
  readonly session: string | null;
  /** What it is, for people. */
  readonly detail: string;
  /** It said bye: its session has another connection. */
  readonly moved: boolean;
  /** A word of the server that concerns the connection, not its content. */
  tell(message: Extract<ServerMessage, { type: 'drain' | 'ping' }>): void;
  /** Nothing that still arrives is taken: whoever sent it sends it again elsewhere. */
  close(code: number, reason: string): void;
}

const BEAT_MS = 10_000;
const MISSES = 2;

/* RFC 6455, 7.4.1 */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const WITHOUT_CODE = 1005;
const ABNORMAL = 1006;

/** Every open WebSocket of this slot, and whether it is still alive. */
@Injectable()
export class Sockets implements OnModuleInit {
  readonly #metrics: RealtimeMetrics;
  readonly #debits: Debits;
  readonly #servers: WebSocketServer[] = [];
  readonly #unanswered = new Map<Client, number>();
  #heart: NodeJS.Timeout | undefined;

  constructor(@Inject(RealtimeMetrics) metrics: RealtimeMetrics, @Inject(Debits) debits: Debits) {
    this.#metrics = metrics;
    this.#debits = debits;
  }

  onModuleInit(): void {
    this.#heart = setInterval(() => {
      this.#beat();
    }, BEAT_MS);
  }

  get count(): number {
    return this.#unanswered.size;
  }

  /** What the WebSocket servers themselves hold: the ledger's check on those that a gateway made known here. */
  get connected(): number {
    return this.#servers.reduce((sum, { clients }) => sum + clients.size, 0);
  }

  /** Each gateway's server, once. */
  servedBy(server: WebSocketServer): void {
    this.#servers.push(server);
  }

  has(client: Client): boolean {
    return this.#unanswered.has(client);
  }

  all(): Client[] {
    return [...this.#unanswered.keys()];
  }

  add(client: Client): void {
    this.#unanswered.set(client, 0);
    this.#metrics.opened.inc();
    this.#metrics.sockets.set(this.count);
    client.socket.on('pong', () => {
      if (this.has(client)) this.#unanswered.set(client, 0);
    });
    client.socket.on('close', (code) => {
      this.#unanswered.delete(client);
      this.#debits.ended('socket', client.id, endOf(code, client.moved));
      this.#metrics.closed.inc({ code });
      this.#metrics.sockets.set(this.count);
    });
  }

  /** Returns how many there were. */
  closeAll(code: number, reason: string): number {
    const open = this.all();
    for (const client of open) client.close(code, reason);
    return open.length;
  }

  stop(): void {
    clearInterval(this.#heart);
  }

  #beat(): void {
    for (const [client, misses] of this.#unanswered) {
      if (misses >= MISSES) {
        client.socket.terminate();
        continue;
      }
      this.#unanswered.set(client, misses + 1);
      client.socket.ping();
      client.tell({ type: 'ping' });
    }
  }
}

/** What a slot that hands over knows of a connection that ended; null: only the arrival at the other slot can say. */
export function endOf(code: number, moved: boolean): LedgerOutcome | null {
  if (moved || code === CloseCode.drainDeadline) return null;
  if (code === NORMAL || code === GOING_AWAY || code === WITHOUT_CODE) return 'left';
  // Told to come again, or cut without a word; an arrival still overrules it.
  if (code === ABNORMAL || (code >= 4000 && mayReconnect(code))) return 'gone';
  return 'finished';
}
