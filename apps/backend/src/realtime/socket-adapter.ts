import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { MAX_FRAME_BYTES, RELEASE, SLOT_HEADER, VERSION_HEADER } from '@devplatform/contracts';
import type { INestApplication } from '@nestjs/common';
import { AbstractWsAdapter } from '@nestjs/websockets';
import { WebSocketServer } from 'ws';

/**
 * WebSockets of the public port, by path pattern (`/ws/scenes/:id`). Unlike Nest's own adapter it never ends a
 * connection by itself: leaving is the drain's business.
 */
export class SocketAdapter extends AbstractWsAdapter {
  readonly #routes: { readonly pattern: URLPattern; readonly server: WebSocketServer }[] = [];
  readonly #headers: readonly string[];

  constructor(app: INestApplication, slot: string) {
    super(app);
    this.#headers = [`${VERSION_HEADER}: ${RELEASE}`, `${SLOT_HEADER}: ${slot}`];
    (this.httpServer as Server).on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
  }

  override create(_port: number, { path }: { path: string }): WebSocketServer {
    const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
    server.on('headers', (headers) => headers.push(...this.#headers));
    server.on('connection', (socket) => {
      // A broken frame is followed by `close` with its code; without a listener it would end the process.
      socket.on('error', () => undefined);
    });
    this.#routes.push({ pattern: new URLPattern({ pathname: path }), server });
    return server;
  }

  /** Our frames are no Nest messages; each gateway listens for itself. */
  override bindMessageHandlers(): void {
    return;
  }

  /** No new connections; those that are open stay. */
  override close(server: WebSocketServer): Promise<void> {
    server.close();
    return Promise.resolve();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = URL.parse(request.url ?? '/', 'http://slot');
    const route = url && this.#routes.find(({ pattern }) => pattern.test({ pathname: url.pathname }));
    if (!route) {
      this.#answer(socket, 404);
      return;
    }
    route.server.handleUpgrade(request, socket, head, (client) => route.server.emit('connection', client, request));
  }

  #answer(socket: Duplex, status: number): void {
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...this.#headers, 'content-length: 0', 'connection: close'];
    socket.on('error', () => undefined);
    socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  }
}
