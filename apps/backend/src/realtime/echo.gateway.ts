import { randomUUID } from 'node:crypto';
import { CloseCode, FRAME_RATE, RELEASE } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { WebSocket, WebSocketServer } from 'ws';
import { CONFIG } from '../tokens.ts';
import { Drain } from './drain.ts';
import { Sockets } from './sockets.ts';
import { TokenBucket } from './token-bucket.ts';

const PATH = '/ws/test';

/** For smoke tests: says which slot and release it is, then sends every frame back. */
@WebSocketGateway({ path: PATH })
export class EchoGateway implements OnGatewayInit<WebSocketServer>, OnGatewayConnection<WebSocket> {
  readonly #slot: string;
  readonly #sockets: Sockets;
  readonly #drain: Drain;

  constructor(@Inject(CONFIG) config: Pick<BackendConfig, 'SLOT'>, @Inject(Sockets) sockets: Sockets, @Inject(Drain) drain: Drain) {
    this.#slot = config.SLOT;
    this.#sockets = sockets;
    this.#drain = drain;
  }

  afterInit(server: WebSocketServer): void {
    this.#sockets.servedBy(server);
  }

  handleConnection(socket: WebSocket): void {
    const say = (message: object): void => {
      socket.send(JSON.stringify(message));
    };
    const frames = new TokenBucket(FRAME_RATE);
    socket.on('message', (data: Buffer, binary) => {
      if (frames.take()) socket.send(data, { binary });
      else socket.close(CloseCode.tooFast, `More than ${FRAME_RATE.perSecond} frames per second.`);
    });
    // A ping in between would be taken for an echo.
    this.#sockets.add({
      ...{ socket, id: randomUUID(), session: null, detail: PATH, moved: false },
      close: (code, reason) => {
        socket.close(code, reason);
      },
      tell: (message) => {
        if (message.type === 'drain') say(message);
      },
    });
    say({ type: 'hello', slot: this.#slot, release: RELEASE });
    if (this.#drain.hint) say(this.#drain.hint);
  }
}
