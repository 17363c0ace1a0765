import { randomUUID } from 'node:crypto';
import { ClientMessage, CloseCode, decodeFrame, encodeFrame, FRAME_RATE, RELEASE } from '@devplatform/contracts';
import type { Hello, Presence, ServerMessage, UpdateFrame } from '@devplatform/contracts';
import type { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { Credits } from '../ledger/credits.ts';
import type { Debits } from '../ledger/debits.ts';
import type { Drain } from './drain.ts';
import { greet, Refusal, type Greeting } from './greeting.ts';
import type { JournalStore } from './journal-store.ts';
import { UnknownScene } from './journal-writer.ts';
import type { Journal } from './journal.ts';
import type { SceneAccess } from './ports.ts';
import type { Member, SceneHub } from './scene-hub.ts';
import type { SceneHubs } from './scene-hubs.ts';
import type { Client } from './sockets.ts';
import { TokenBucket } from './token-bucket.ts';
import { TokenWatch } from './token-watch.ts';
import type { Turns } from './turns.ts';

const HELLO_WITHIN = 5000;
const MAX_BUFFERED = 4 * 1024 * 1024;
const PRESENCE_RATE = { perSecond: 25, burst: 50 };
const PRESENCE_BYTES = 4096;
/** In place of a handover's id: this move is no switch, and no ledger knows it. */
const TOKEN_RENEWAL = 'token-renewal';

export interface Surroundings {
  readonly slot: string;
  readonly access: SceneAccess;
  readonly store: JournalStore;
  readonly journal: Journal;
  readonly hubs: SceneHubs;
  readonly drain: Drain;
  readonly debits: Debits;
  readonly credits: Credits;
  readonly greetings: Turns;
}

type State =
  | { readonly at: 'door' }
  | { readonly at: 'greeting' }
  | { readonly at: 'scene'; readonly hub: SceneHub; readonly hello: Hello; readonly greeting: Greeting }
  | { readonly at: 'gone' };

/** One WebSocket of one editor. All that the server knows of a session is here, and goes with the connection. */
export class Connection implements Client, Member {
  readonly id = randomUUID();
  readonly socket: WebSocket;
  readonly #sceneId: string;
  readonly #around: Surroundings;
  readonly #frames = new TokenBucket(FRAME_RATE);
  readonly #presences = new TokenBucket(PRESENCE_RATE);
  #state: State = { at: 'door' };
  /** Last journal number that went out here. */
  #cursor = 0;
  /** Joined the hub; before that it reads the journal by itself. */
  #level = false;
  #moved = false;
  #session: string | null = null;
  /** Of the hole that was named last; naming it once is enough. */
  #expected = 0;
  readonly #helloBy: NodeJS.Timeout;
  #token: TokenWatch | undefined;

  constructor(socket: WebSocket, sceneId: string, around: Surroundings) {
    this.socket = socket;
    this.#sceneId = sceneId;
    this.#around = around;
    this.#helloBy = setTimeout(() => {
      this.close(CloseCode.tooSlow, 'No hello within 5 s.');
    }, HELLO_WITHIN);
    socket.on('message', (data: Buffer, binary) => {
      this.#hear(data, binary);
    });
    socket.on('close', () => {
      this.#gone();
    });
  }

  get session(): string | null {
    return this.#session;
  }
  get detail(): string {
    return `scene ${this.#sceneId}`;
  }
  get moved(): boolean {
    return this.#moved;
  }

  tell(message: ServerMessage): void {
    if (this.#state.at === 'scene') this.#say(message);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.#gone();
  }

  pass(text: string): void {
    this.#send(text);
  }

  receive(firstSeq: number, payloads: readonly Uint8Array[], frame: Uint8Array): void {
    if (!this.#level) return;
    const known = this.#cursor + 1 - firstSeq;
    if (known >= payloads.length) return;
    this.#cursor = firstSeq + payloads.length - 1;
    this.#send(known === 0 ? frame : encodeFrame({ kind: 'updates', firstSeq: firstSeq + known, payloads: payloads.slice(known) }));
  }

  sendAway(): void {
    this.close(CloseCode.journalUnavailable, 'The journal moved on: come again for its snapshot.');
  }

  #hear(data: Buffer, binary: boolean): void {
    if (this.#state.at === 'gone') return;
    if (!this.#frames.take()) {
      this.close(CloseCode.tooFast, `More than ${FRAME_RATE.perSecond} frames per second.`);
      return;
    }
    try {
      if (binary) this.#update(data);
      else this.#control(data);
    } catch (error) {
      this.#refuse(error instanceof Refusal ? error : malformed('This frame is not of the protocol.'));
    }
  }

  #control(data: Buffer): void {
    const { data: message } = ClientMessage.safeParse(JSON.parse(data.toString()));
    if (!message) throw malformed('This message is not of the protocol.');
    if (message.type === 'hello') this.#hello(message);
    else if (this.#state.at !== 'scene') throw malformed('The first message is hello.');
    else if (message.type === 'presence') this.#presence(this.#state.hub, message, data.byteLength);
    else this.#moved = true;
  }

  #hello(hello: Hello): void {
    if (this.#state.at !== 'door') throw malformed('One hello is enough.');
    if (hello.scene !== this.#sceneId) throw malformed('The scene of the hello is not that of the address.');
    this.#state = { at: 'greeting' };
    this.#session = hello.sessionId;
    this.#around.debits.greeted({ kind: 'socket', item: this.id, session: hello.sessionId, detail: this.detail });
    clearTimeout(this.#helloBy);
    void this.#greet(hello);
  }

  async #greet(hello: Hello): Promise<void> {
    try {
      const { access, store, greetings } = this.#around;
      // Who left while waiting for the turn costs no query.
      const greeting = await greetings.take(async () => (this.#isGone() ? null : greet(hello, access, store)));
      if (greeting && !this.#isGone()) await this.#enter(hello, greeting);
    } catch (error) {
      this.#refuse(error instanceof Refusal ? error : unavailable());
    }
  }

  async #enter(hello: Hello, greeting: Greeting): Promise<void> {
    const { welcome, snapshot, expiresAt } = greeting;
    const { slot, hubs, drain, credits } = this.#around;
    const hub = hubs.at(this.#sceneId, welcome.headSeq);
    this.#state = { at: 'scene', hub, hello, greeting };
    hub.join(this);
    if (expiresAt !== null) this.#token = new TokenWatch(expiresAt, this.#askForToken, this.#tokenExpired);
    const hint = drain.hint;
    this.#say({ ...welcome, release: RELEASE, slot, draining: hint !== null });
    credits.arrived(hello);
    if (hint) this.#say(hint);
    for (const presence of hub.presence.present()) this.#say(presence);
    if (snapshot) this.#send(encodeFrame({ kind: 'snapshot', ...snapshot }));
    this.#cursor = snapshot?.seq ?? hello.lastSeq;
    await this.#catchUp(hub);
  }

  /** Page by page, each after the one before has left; from then on the hub delivers. */
  async #catchUp(hub: SceneHub): Promise<void> {
    while (this.#cursor < hub.cursor) {
      const { firstSeq, payloads } = await this.#around.store.page(this.#sceneId, this.#cursor);
      if (this.#isGone()) return;
      if (payloads.length === 0 || firstSeq !== this.#cursor + 1) throw unavailable();
      this.#cursor += payloads.length;
      await new Promise<void>((resolve) => {
        this.socket.send(encodeFrame({ kind: 'updates', firstSeq, payloads }), () => {
          resolve();
        });
      });
    }
    this.#level = true;
    // The other slot may have shown this client more than this one has heard of.
    hub.notice(this.#cursor);
  }

  readonly #askForToken = (leftMs: number): void => {
    this.#say({ type: 'drain', reason: 'token', deadline: leftMs, handoverId: TOKEN_RENEWAL });
  };

  readonly #tokenExpired = (): void => {
    this.close(CloseCode.unauthenticated, 'The token has run out, and no fresh one was shown.');
  };

  #presence(hub: SceneHub, presence: Presence, bytes: number): void {
    if (bytes > PRESENCE_BYTES) {
      this.#say({ type: 'reject', code: 'presence-too-large', retry: false, message: 'A presence may have 4 KiB; it was not passed on.' });
    } else if (this.#presences.take()) this.#around.hubs.announce(hub, presence, this);
  }

  #update(data: Buffer): void {
    if (this.#state.at !== 'scene') throw malformed('The first message is hello.');
    const frame = decodeFrame(data);
    if (frame.kind !== 'update') throw malformed('Clients send updates only.');
    const { hello, greeting } = this.#state;
    if (!greeting.welcome.canEdit) {
      this.#say({ type: 'reject', code: 'forbidden', retry: false, message: 'You may look at this scene, not change it.' });
      return;
    }
    // What cannot be read must never reach the journal: every client would stumble over it for ever.
    Y.decodeUpdate(frame.payload);
    void this.#append(frame, hello.clientId, greeting);
  }

  async #append({ cseq, payload }: UpdateFrame, clientId: string, { welcome, userId }: Greeting): Promise<void> {
    try {
      const outcome = await this.#around.journal.append(this.#sceneId, { clientId, userId, cseq, payload });
      if (outcome.kind === 'foreign') throw new Refusal(CloseCode.forbidden, 'The client id of this hello is somebody else’s.');
      if (outcome.kind === 'committed') this.#say({ type: 'ack', upto: cseq, ...(welcome.proto >= 2 && { at: Date.now() }) });
      else if (outcome.expected !== this.#expected) {
        this.#expected = outcome.expected;
        this.#say({ type: 'gap', expected: outcome.expected });
      }
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(error);
      else this.#refuse(error instanceof UnknownScene ? new Refusal(CloseCode.unknownScene, 'The scene was deleted.') : unavailable());
    }
  }

  #say(message: ServerMessage): void {
    this.#send(JSON.stringify(message));
  }

  #send(data: string | Uint8Array): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > MAX_BUFFERED) this.close(CloseCode.tooSlow, 'This connection does not keep up.');
    else this.socket.send(data);
  }

  #refuse({ code, message }: Refusal): void {
    this.close(code, message);
  }

  #gone(): void {
    clearTimeout(this.#helloBy);
    this.#token?.stop();
    if (this.#state.at === 'scene') this.#around.hubs.left(this.#state.hub, this, this.#state.hello.sessionId, this.#moved);
    this.#state = { at: 'gone' };
  }

  #isGone(): boolean {
    return this.#state.at === 'gone';
  }
}

const malformed = (reason: string): Refusal => new Refusal(CloseCode.malformed, reason);
const unavailable = (): Refusal => new Refusal(CloseCode.journalUnavailable, 'The journal is away for the moment. Come again.');
