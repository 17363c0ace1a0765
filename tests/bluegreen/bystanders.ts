import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Connections that neither move nor say anything. */
export class Bystanders implements AsyncDisposable {
  readonly #sockets: readonly WebSocket[];

  private constructor(sockets: readonly WebSocket[]) {
    this.#sockets = sockets;
  }

  static async gather(publicUrl: string, count: number): Promise<Bystanders> {
    const sockets = Array.from({ length: count }, () => new WebSocket(`${publicUrl.replace('http', 'ws')}/ws/test`));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    return new Bystanders(sockets);
  }

  get connected(): number {
    return this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN);
    const closed = open.map((socket) => once(socket, 'close'));
    for (const socket of open) socket.close();
    await Promise.all(closed);
  }
}
