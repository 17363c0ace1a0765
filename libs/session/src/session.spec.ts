import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { canonicalScene, ClientMessage, decodeFrame, encodeFrame } from '@devplatform/contracts';
import type { Hello, ServerMessage, Welcome } from '@devplatform/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import * as Y from 'yjs';
import type { SessionEvent, SessionOptions } from './events.ts';
import { SceneSession } from './session.ts';

const SCENE = '4f3f5f0e-7c0f-4a53-8d0a-0c2f8f7b9f01';
const EPOCH = '11111111-1111-4111-8111-111111111111';

/** One scene's journal in memory, behind a real WebSocket server; a test may refuse, hint, cut or replace it. */
class SceneServer {
  readonly hellos: Hello[] = [];
  /** Emits `connection`, and `hello` for each of them. */
  readonly incoming = new EventEmitter();
  readonly said: ClientMessage['type'][] = [];
  readonly sockets: WebSocket[] = [];
  readonly welcomed = new Set<WebSocket>();
  journal: Uint8Array[] = [];
  cursors = new Map<string, number>();
  epoch = EPOCH;
  slot = 'blue';
  draining = false;
  /** Update frames that are swallowed, as by a network that dies before they arrive. */
  swallow = 0;
  acknowledges = true;
  refuseWith: number | undefined;
  readonly #server: WebSocketServer;

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      this.incoming.emit('connection');
      socket.on('close', () => this.welcomed.delete(socket));
      let hello: Hello | undefined;
      socket.on('message', (data: Buffer, binary) => {
        if (binary && hello) this.#update(socket, hello.clientId, data);
        if (binary) return;
        const message = ClientMessage.parse(JSON.parse(data.toString()));
        this.said.push(message.type);
        if (message.type !== 'hello') return;
        hello = message;
        this.#welcome(socket, message);
      });
    });
  }

  static async start(): Promise<SceneServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new SceneServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws/scenes/${SCENE}`;
  }

  get doc(): Y.Doc {
    const doc = new Y.Doc();
    for (const payload of this.journal) Y.applyUpdate(doc, payload);
    return doc;
  }

  tell(message: ServerMessage): void {
    for (const socket of this.welcomed) socket.send(JSON.stringify(message));
  }

  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #welcome(socket: WebSocket, hello: Hello): void {
    this.hellos.push(hello);
    this.incoming.emit('hello');
    if (this.refuseWith !== undefined) {
      socket.close(this.refuseWith);
      return;
    }
    const foreign = hello.epoch !== null && hello.epoch !== this.epoch;
    const welcome: Welcome = {
      type: 'welcome',
      proto: 1,
      release: '1.3.0',
      slot: this.slot,
      epoch: this.epoch,
      headSeq: this.journal.length,
      ackedCseq: this.cursors.get(hello.clientId) ?? 0,
      mode: foreign ? 'snapshot' : 'delta',
      canEdit: true,
      draining: this.draining,
    };
    socket.send(JSON.stringify(welcome));
    this.welcomed.add(socket);
    if (foreign) socket.send(encodeFrame({ kind: 'snapshot', seq: this.journal.length, payload: Y.encodeStateAsUpdate(this.doc) }));
    else if (this.journal.length > hello.lastSeq) {
      socket.send(encodeFrame({ kind: 'updates', firstSeq: hello.lastSeq + 1, payloads: this.journal.slice(hello.lastSeq) }));
    }
  }

  #update(socket: WebSocket, clientId: string, data: Buffer): void {
    const frame = decodeFrame(new Uint8Array(data));
    if (frame.kind !== 'update') throw new Error('a client sends updates only');
    if (this.swallow > 0) {
      this.swallow -= 1;
      return;
    }
    const last = this.cursors.get(clientId) ?? 0;
    if (frame.cseq > last + 1) {
      socket.send(JSON.stringify({ type: 'gap', expected: last + 1 }));
      return;
    }
    if (frame.cseq === last + 1) {
      this.cursors.set(clientId, frame.cseq);
      this.journal.push(frame.payload);
      const news = encodeFrame({ kind: 'updates', firstSeq: this.journal.length, payloads: [frame.payload] });
      for (const each of this.welcomed) each.send(news);
    }
    if (this.acknowledges) socket.send(JSON.stringify({ type: 'ack', upto: frame.cseq }));
  }
}

let server: SceneServer;
let sessions: SceneSession[];

beforeEach(async () => {
  server = await SceneServer.start();
  sessions = [];
});
afterEach(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await server.stop();
});

function open(options: Partial<SessionOptions> = {}): { session: SceneSession; events: SessionEvent[] } {
  const session = new SceneSession({ url: server.url, WebSocket, ...options });
  const events: SessionEvent[] = [];
  session.subscribe((event) => events.push(event));
  sessions.push(session);
  return { session, events };
}

function next<T extends SessionEvent['type']>(session: SceneSession, type: T): Promise<SessionEvent & { type: T }> {
  return new Promise((resolve) => {
    const stop = session.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event as SessionEvent & { type: T });
    });
  });
}

const write = (session: SceneSession, key: string, value = 'x'): unknown => session.doc.getMap('objects').set(key, value);
const types = (events: SessionEvent[]): string[] => events.map((event) => event.type);

describe('SceneSession', () => {
  it('journals edits and shows them to the others; nothing is echoed back into the journal', async () => {
    const a = open().session;
    const b = open().session;
    await Promise.all([a.whenLive(), b.whenLive()]);
    const seen = new Promise((resolve) => {
      b.doc.once('update', resolve);
    });
    write(a, 'chair');
    await Promise.all([a.whenSaved(), seen]);
    expect(b.doc.getMap('objects').toJSON()).toEqual({ chair: 'x' });
    expect(server.journal).toHaveLength(1);
  });

  it('makes one edit of what one turn changes, and of everything that was changed before the first welcome', async () => {
    const { session, events } = open();
    write(session, 'a');
    write(session, 'b');
    expect(session.unsaved).toBe(1);
    await session.whenSaved();
    write(session, 'c');
    write(session, 'd');
    await session.whenSaved();
    expect(events.flatMap((event) => (event.type === 'edit' ? event.cseq : []))).toEqual([1, 2]);
    expect(server.journal).toHaveLength(2);
    expect(canonicalScene(server.doc)).toBe(canonicalScene(session.doc));
  });

  it('RT-1: moves to a new connection at a hint, without a moment offline, and re-sends what was not acknowledged', async () => {
    const { session, events } = open();
    await session.whenLive();
    server.acknowledges = false;
    server.swallow = 1;
    write(session, 'lost on the old connection');
    await next(session, 'edit');
    server.acknowledges = true;
    server.slot = 'green';
    const moved = next(session, 'handover');
    server.tell({ type: 'drain', reason: 'switch', deadline: 60_000, handoverId: 'h1' });
    expect(await moved).toMatchObject({ handoverId: 'h1', from: 'blue', to: 'green' });
    await session.whenSaved();
    expect(server.journal).toHaveLength(1);
    expect(server.hellos.map((hello) => hello.reason)).toEqual(['open', 'handover']);
    expect(events).toContainEqual({ type: 'live', slot: 'green', release: '1.3.0', reason: 'handover', gapMs: 0 });
    expect(types(events)).not.toContain('offline');
    expect(server.said).toContain('bye');
    expect(session.slot).toBe('green');
  });

  it('RT-7: keeps what it has while the connection that it shall move to cannot be had', async () => {
    const { session, events } = open();
    await session.whenLive();
    server.refuseWith = 1011;
    const refused = once(server.incoming, 'hello');
    server.tell({ type: 'drain', reason: 'switch', deadline: 60_000, handoverId: 'h1' });
    await refused;
    write(session, 'still on the old connection');
    await session.whenSaved();
    server.refuseWith = undefined;
    server.slot = 'green';
    await next(session, 'handover');
    expect(types(events)).not.toContain('offline');
    expect(session.slot).toBe('green');
  });

  it('tries again when the front door still leads to the slot that wants to be left', async () => {
    const { session, events } = open();
    await session.whenLive();
    for (const reached of ['blue', 'blue', 'green']) {
      server.slot = reached;
      server.draining = reached === 'blue';
      const moved = next(session, 'handover');
      server.tell({ type: 'drain', reason: 'switch', deadline: 60_000, handoverId: 'h1' });
      expect((await moved).to).toBe(reached);
    }
    expect(types(events)).not.toContain('offline');
  });

  it('RT-3: resumes after a crash from what it has, with its unacknowledged edits', async () => {
    const { session, events } = open();
    await session.whenLive();
    write(session, 'a');
    await session.whenSaved();
    server.swallow = 1;
    write(session, 'b');
    await next(session, 'edit');
    const back = next(session, 'live');
    server.cut();
    server.swallow = 0;
    expect((await back).reason).toBe('resume');
    await session.whenSaved();
    expect(types(events)).toContain('offline');
    expect(server.hellos[1]).toMatchObject({ epoch: EPOCH, lastSeq: 1, nextCseq: 3, reason: 'resume' });
    expect(canonicalScene(server.doc)).toBe(canonicalScene(session.doc));
  });

  it('fills a hole that the server names', async () => {
    const { session } = open();
    await session.whenLive();
    server.swallow = 1;
    write(session, 'a');
    await next(session, 'edit');
    write(session, 'b');
    await session.whenSaved();
    expect(server.journal).toHaveLength(2);
    expect(canonicalScene(server.doc)).toBe(canonicalScene(session.doc));
  });

  it('asks again when something before what it receives is missing', async () => {
    const { session } = open();
    await session.whenLive();
    const back = next(session, 'live');
    const doc = new Y.Doc();
    doc.getMap('objects').set('never delivered', 'x');
    server.journal.push(Y.encodeStateAsUpdate(doc));
    for (const socket of server.welcomed) socket.send(encodeFrame({ kind: 'updates', firstSeq: 2, payloads: [new Uint8Array([0, 0])] }));
    expect((await back).reason).toBe('resume');
    const seen = next(session, 'saved');
    write(session, 'mine');
    await seen;
    expect(session.doc.getMap('objects').has('never delivered')).toBe(true);
  });

  it('brings everything it has into a journal that was replaced', async () => {
    const { session } = open();
    await session.whenLive();
    write(session, 'a');
    await session.whenSaved();
    const restored = new Y.Doc();
    restored.getMap('objects').set('from the backup', 'x');
    server.journal = [Y.encodeStateAsUpdate(restored)];
    server.cursors = new Map();
    server.epoch = '22222222-2222-4222-8222-222222222222';
    const saved = next(session, 'saved');
    server.cut();
    await saved;
    await session.whenSaved();
    expect(session.doc.getMap('objects').toJSON()).toEqual({ a: 'x', 'from the backup': 'x' });
    expect(canonicalScene(server.doc)).toBe(canonicalScene(session.doc));
  });

  it('ends for good when the server says so, and asks for a token at each hello', async () => {
    let asked = 0;
    const { session, events } = open({ token: () => `token ${String((asked += 1))}` });
    await session.whenLive();
    server.refuseWith = 4500;
    const closed = next(session, 'closed');
    server.cut();
    expect(await closed).toEqual({ type: 'closed', code: 4500, final: true });
    expect(server.hellos.map((hello) => hello.token)).toEqual(['token 1', 'token 2']);
    expect(session.phase).toBe('closed');
    expect(types(events).at(-1)).toBe('closed');
    await expect(session.whenLive()).rejects.toThrow('closed');
  });

  it('RT-14: moves to a connection with a fresh token when the server asks, without a drop and as no handover', async () => {
    let fresh = 'first';
    const { session, events } = open({ token: () => Promise.resolve(fresh) });
    await session.whenLive();
    fresh = 'second';
    const moved = next(session, 'live');
    server.tell({ type: 'drain', reason: 'token', deadline: 60_000, handoverId: 'token-renewal' });
    expect(await moved).toMatchObject({ reason: 'handover', gapMs: 0 });
    expect(server.hellos.map((hello) => hello.token)).toEqual(['first', 'second']);
    expect(types(events)).toEqual(['live', 'live']);
  });

  it('RT-14: stays where it is when there is no fresher token, and ends when the server says so', async () => {
    const { session, events } = open({ token: 'the only one' });
    await session.whenLive();
    server.tell({ type: 'drain', reason: 'token', deadline: 60_000, handoverId: 'token-renewal' });
    // Each is a way to the server and back: far more than a new connection would take.
    for (let i = 0; i < 30; i += 1) {
      write(session, `edit ${i}`);
      await session.whenSaved();
    }
    expect(server.hellos).toHaveLength(1);
    const closed = next(session, 'closed');
    for (const socket of server.welcomed) socket.close(4500);
    expect(await closed).toMatchObject({ code: 4500, final: true });
    expect(types(events)).not.toContain('offline');
  });

  it('RT-14: lives on when the old token ends while a connection with a fresh one is being made', async () => {
    const tokens = ['old', 'fresh'];
    const { promise: renewed, resolve: renew } = Promise.withResolvers<undefined>();
    const { session, events } = open({
      token: async () => {
        const token = tokens.shift() ?? 'fresh';
        if (token === 'fresh') await renewed;
        return token;
      },
    });
    await session.whenLive();
    server.tell({ type: 'drain', reason: 'switch', deadline: 60_000, handoverId: 'a switch' });
    await once(server.incoming, 'connection');
    const offline = next(session, 'offline');
    for (const socket of server.welcomed) socket.close(4500);
    await offline;
    renew(undefined);
    await session.whenLive();
    expect(types(events)).not.toContain('closed');
  });

  it('comes again when the token cannot be had at the moment', async () => {
    let asked = 0;
    const token = (): Promise<string> => ((asked += 1) === 1 ? Promise.reject(new Error('the server is away')) : Promise.resolve('token'));
    const { session } = open({ token });
    await session.whenLive();
    expect(server.hellos.map((hello) => hello.token)).toEqual(['token']);
  });

  it('refuses a change that no frame can carry, instead of sending it for ever', async () => {
    const { session, events } = open();
    await session.whenLive();
    const closed = next(session, 'closed');
    write(session, 'novel', 'x'.repeat(300_000));
    await closed;
    expect(events).toContainEqual(expect.objectContaining({ type: 'rejected', code: 'too-large' }));
    expect(session.unsaved).toBe(1);
  });

  it('keeps presence by session, tells it on every new connection, and takes it back at the end', async () => {
    const { session } = open();
    session.setPresence({ name: 'Ada' });
    await session.whenLive();
    const peers = next(session, 'peers');
    server.tell({ type: 'presence', sessionId: '33333333-3333-4333-8333-333333333333', state: { name: 'Bo' } });
    await peers;
    expect([...session.peers.values()]).toEqual([{ name: 'Bo' }]);
    const back = next(session, 'live');
    server.cut();
    await back;
    expect(session.peers.size).toBe(1);
    const socket = server.sockets.at(-1);
    const left = socket && once(socket, 'close');
    await session.close();
    await left;
    expect(server.said.slice(server.said.lastIndexOf('hello'))).toEqual(['hello', 'presence', 'presence']);
  });

  it('flushes before it leaves', async () => {
    const { session } = open();
    await session.whenLive();
    write(session, 'last words');
    await session.close();
    expect(session.unsaved).toBe(0);
    expect(server.journal).toHaveLength(1);
  });
});
