import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { decodeFrame, encodeFrame, type ServerMessage } from '@devplatform/contracts';
import { type WebSocket, WebSocketServer } from 'ws';

const EPOCH = '00000000-0000-4000-8000-00000000000e';
const WORKSPACE = {
  projectId: '00000000-0000-4000-8000-000000000002',
  sceneId: '00000000-0000-4000-8000-000000000003',
  token: 'token-of-the-workspace',
};

/** The journal protocol at its smallest: one scene in memory, and `/ws/test`. Its faults are those of a bad release. */
export class SceneHub {
  fault: 'no-upgrade' | 'no-echo' | 'no-ack' | 'rejects' | undefined;
  /** Smoke workspaces that exist. */
  workspaces = 0;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #journal: Uint8Array[] = [];

  readonly routes = {
    'POST /smoke/workspace': () => {
      this.workspaces += 1;
      return { status: 201, body: WORKSPACE };
    },
    'DELETE /smoke/workspace': () => {
      this.workspaces = 0;
      return { status: 204 };
    },
  };

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (this.fault === 'no-upgrade') {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (data: Buffer, isBinary) => {
        if (request.url === '/ws/test') {
          client.send(this.fault === 'no-echo' ? 'something else' : String(data));
        } else if (isBinary) {
          this.#append(client, new Uint8Array(data));
        } else if (String(data).includes('"hello"')) {
          this.#welcome(client);
        }
      });
    });
  };

  close(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  #welcome(client: WebSocket): void {
    const headSeq = this.#journal.length;
    const common = { epoch: EPOCH, headSeq, ackedCseq: 0, mode: 'delta', canEdit: true, draining: false } as const;
    say(client, { type: 'welcome', proto: 1, release: '1.3.0', slot: 'green', ...common });
  }

  #append(author: WebSocket, bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame.kind !== 'update' || this.fault === 'no-ack') return;
    if (this.fault === 'rejects') {
      say(author, { type: 'reject', code: 'read-only', retry: false, message: 'This scene cannot be edited.' });
      return;
    }
    const firstSeq = this.#journal.push(frame.payload);
    say(author, { type: 'ack', upto: frame.cseq });
    for (const client of this.#sockets.clients) client.send(encodeFrame({ kind: 'updates', firstSeq, payloads: [frame.payload] }));
  }
}

const say = (client: WebSocket, message: ServerMessage): void => {
  client.send(JSON.stringify(message));
};
