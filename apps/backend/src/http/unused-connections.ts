import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that never carried a request. Node counts them as busy, so neither `close()` nor `closeIdleConnections()` ends them. */
export class UnusedConnections {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    const used = ({ socket }: IncomingMessage): void => void this.#sockets.delete(socket);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.prependListener('request', used).prependListener('upgrade', used);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
