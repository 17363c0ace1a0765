import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { encodeFrame, type Hello, ServerMessage, type Welcome } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

/** For tests: speaks the protocol frame by frame, and wrongly where the test wants it. */
export class RawEditor {
  readonly socket: WebSocket;
  readonly sceneId: string;
  readonly clientId = randomUUID();
  readonly said: ServerMessage[] = [];
  readonly headers: Promise<Record<string, unknown>>;
  readonly closed: Promise<number>;

  constructor(base: string, sceneId: string) {
    this.sceneId = sceneId;
    this.socket = new WebSocket(`${base.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`);
    this.socket.on('message', (data: Buffer, binary) => {
      if (!binary) this.said.push(ServerMessage.parse(JSON.parse(data.toString())));
    });
    this.socket.on('error', () => undefined);
    this.headers = once(this.socket, 'upgrade').then(([answer]) => (answer as { headers: Record<string, unknown> }).headers);
    this.closed = once(this.socket, 'close').then(([code]) => code as number);
  }

  async open(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  hello(hello: Partial<Hello> = {}): void {
    this.send({
      ...{ type: 'hello', proto: [1, 2], release: '1.3.0', scene: this.sceneId, clientId: this.clientId, sessionId: randomUUID() },
      ...{ epoch: null, lastSeq: 0, nextCseq: 1, reason: 'open', ...hello },
    });
  }

  async greet(hello: Partial<Hello> = {}): Promise<Welcome> {
    this.hello(hello);
    return (await this.next('welcome')) as Welcome;
  }

  edit(cseq: number, payload: Uint8Array = update(`${this.clientId} ${cseq}`)): void {
    this.socket.send(encodeFrame({ kind: 'update', cseq, payload }));
  }

  next(type: ServerMessage['type']): Promise<ServerMessage> {
    return until(() => this.said.find((message) => message.type === type), { what: `a message ${type}`, deadlineMs: 5000 });
  }
}

function update(key: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('objects').set(key, 1);
  return Y.encodeStateAsUpdate(doc);
}
