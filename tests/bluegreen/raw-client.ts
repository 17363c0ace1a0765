import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { decodeFrame, encodeFrame, PROTOCOL_WINDOW, ServerMessage, type Hello, type Welcome } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

const SOON = { deadlineMs: 10_000 };

/** Who to be; the document goes on where an earlier connection of the same client left off. */
export interface Identity {
  readonly sceneId: string;
  readonly token: string | undefined;
  readonly clientId?: string;
  readonly doc?: Y.Doc;
  readonly lastSeq?: number;
}

/** One connection that speaks the protocol frame by frame, and wrongly where the test wants it. It never leaves by itself. */
export class RawClient {
  readonly clientId: string;
  readonly socket: WebSocket;
  readonly doc: Y.Doc;
  readonly said: ServerMessage[] = [];
  /** The code with which the connection ended. */
  readonly closed: Promise<number>;
  lastSeq: number;
  readonly #identity: Identity;

  private constructor(url: string, identity: Identity) {
    this.#identity = identity;
    const { sceneId, clientId = randomUUID(), doc = new Y.Doc(), lastSeq = 0 } = identity;
    this.clientId = clientId;
    this.doc = doc;
    this.lastSeq = lastSeq;
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws/scenes/${sceneId}`);
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer, binary) => {
      if (binary) this.#apply(data);
      else this.said.push(ServerMessage.parse(JSON.parse(data.toString())));
    });
    this.closed = once(this.socket, 'close').then(([code]) => code as number);
  }

  static async connect(url: string, identity: Identity): Promise<RawClient> {
    const client = new RawClient(url, identity);
    await once(client.socket, 'open');
    return client;
  }

  /** Connects and is welcomed. */
  static async enter(url: string, identity: Identity, hello: Partial<Hello> = {}): Promise<RawClient> {
    const client = await RawClient.connect(url, identity);
    client.hello(hello);
    await client.hears('welcome');
    return client;
  }

  get welcome(): Welcome | undefined {
    return this.said.find(({ type }) => type === 'welcome') as Welcome | undefined;
  }

  hello(changes: Partial<Hello> = {}): void {
    const { sceneId: scene, token } = this.#identity;
    const hello = { type: 'hello', proto: PROTOCOL_WINDOW, release: 'raw', token, scene, clientId: this.clientId, sessionId: randomUUID() };
    this.socket.send(JSON.stringify({ ...hello, epoch: null, lastSeq: this.lastSeq, nextCseq: 1, reason: 'open', ...changes }));
  }

  /** `name` becomes a key of the scene. */
  edit(cseq: number, name: string): void {
    this.socket.send(updateFrame(cseq, name));
  }

  /** The message of that kind that was said as number `count` on this connection. */
  hears<T extends ServerMessage['type']>(type: T, count = 1): Promise<ServerMessage & { type: T }> {
    return until(() => this.said.filter((message): message is ServerMessage & { type: T } => message.type === type)[count - 1], {
      what: `${String(count)} × ${type}`,
      ...SOON,
    });
  }

  /** Highest number that was acknowledged here. */
  get acked(): number {
    return Math.max(0, ...this.said.map((message) => (message.type === 'ack' ? message.upto : 0)));
  }

  #apply(data: Buffer): void {
    const frame = decodeFrame(new Uint8Array(data));
    if (frame.kind === 'snapshot') {
      Y.applyUpdate(this.doc, frame.payload);
      this.lastSeq = frame.seq;
    } else if (frame.kind === 'updates') {
      if (frame.firstSeq !== this.lastSeq + 1)
        throw new Error(`the journal goes from ${String(this.lastSeq)} to ${String(frame.firstSeq)}`);
      for (const payload of frame.payloads) Y.applyUpdate(this.doc, payload);
      this.lastSeq += frame.payloads.length;
    }
  }
}

/** A whole update frame that adds `name` to the scene. */
export function updateFrame(cseq: number, name: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('objects').set(name, new Y.Map([['name', name]]));
  return encodeFrame({ kind: 'update', cseq, payload: Y.encodeStateAsUpdate(doc) });
}
