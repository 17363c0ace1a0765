import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';

/** A real server that says who it is and what it was asked; sockets echo, `close <code>` closes and `crash` resets. */
export class Upstream implements AsyncDisposable {
  readonly name: string;
  readonly sockets = new WebSocketServer({ noServer: true });
  #server: Server;

  private constructor(name: string, server: Server) {
    this.name = name;
    this.#server = server;
  }

  static async start(name: string): Promise<Upstream> {
    const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
      const answer = (body: Buffer): void => {
        const seen: Seen = { by: name, url: request.url ?? '', headers: request.headers, bytes: body.length };
        if (request.url === '/api/draining') response.setHeader('connection', 'close');
        response.writeHead(200, { 'x-slot': name, 'content-type': 'application/json' }).end(JSON.stringify(seen));
      };
      buffer(request).then(answer, () => response.destroy());
    });
    const upstream = new Upstream(name, server);
    server.on('upgrade', (request, socket, head) => {
      upstream.sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data) => {
          const text = (data as Buffer).toString();
          if (text === 'crash') socket.destroy();
          else if (text.startsWith('close ')) webSocket.close(Number(text.slice(6)), 'as asked');
          else webSocket.send(`${name} ${text}`);
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** What an upstream answers with. */
export interface Seen {
  readonly by: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}
