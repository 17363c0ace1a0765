import { MAX_FRAME_BYTES, PROTOCOL_WINDOW, RELEASE } from '@devplatform/contracts';
import type { Frame, Hello, ServerMessage, Welcome } from '@devplatform/contracts';
import { uuidv4 } from 'lib0/random';
import * as Y from 'yjs';
import { backoff } from './backoff.ts';
import type { Phase, SessionEvent, SessionOptions } from './events.ts';
import { Lifeline } from './lifeline.ts';
import type { Arrival } from './lifeline.ts';
import { Outbox } from './outbox.ts';
import { PresenceBoard } from './presence.ts';
import type { PresenceState } from './presence.ts';
import { Replica } from './replica.ts';

/** Room for the kind, the number and the length around an update. */
const MAX_UPDATE_BYTES = MAX_FRAME_BYTES - 32;
const FLUSH_MS = 2000;
const NORMAL = 1000;
const TOO_LARGE = 1009;

/**
 * One editor in one scene, across any number of connections. `doc` is the scene: change it, and the change is journalled
 * (`saved` means committed by the server); changes of others appear in it. A planned switch moves the session to a new
 * connection while the old one is in use (make before break); after a crash it resumes by itself.
 */
export class SceneSession {
  readonly clientId: string;
  readonly sessionId: string;
  readonly #options: SessionOptions;
  readonly #scene: string;
  readonly #random: () => number;
  readonly #outbox = new Outbox();
  readonly #replica: Replica;
  readonly #presence: PresenceBoard;
  readonly #lifeline: Lifeline;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  #phase: Phase = 'connecting';
  #flushing = false;
  #resend: ReturnType<typeof setTimeout> | undefined;
  /** In the last hello, and in that of the connection in use. */
  #shownToken: string | undefined;
  #tokenInUse: string | undefined;

  /** Connects at once. Throws on a URL that is not a WebSocket's. */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.clientId = options.clientId ?? uuidv4();
    this.sessionId = options.sessionId ?? uuidv4();
    this.#scene = new URL(options.url).pathname.split('/').at(-1) ?? '';
    this.#random = options.random ?? Math.random;
    this.#replica = new Replica(options.doc ?? new Y.Doc(), this);
    this.#presence = new PresenceBoard(
      (state) => {
        this.#lifeline.send({ type: 'presence', sessionId: this.sessionId, state });
      },
      () => {
        this.#emit({ type: 'peers' });
      },
    );
    const { url, WebSocket: Socket = globalThis.WebSocket } = options;
    this.#lifeline = new Lifeline(
      {
        socket: () => new Socket(url),
        hello: this.#hello,
        arrived: this.#arrived,
        received: this.#received,
        offline: this.#offline,
        ended: this.#finish,
      },
      this.#random,
    );
    this.doc.on('update', this.#edited);
  }

  get doc(): Y.Doc {
    return this.#replica.doc;
  }
  get phase(): Phase {
    return this.#phase;
  }
  /** Edits that are not known to be committed. */
  get unsaved(): number {
    return this.#outbox.unsaved;
  }
  get canEdit(): boolean {
    return this.#lifeline.welcome?.canEdit ?? false;
  }
  /** Slot and release of the server now connected. */
  get slot(): string | undefined {
    return this.#lifeline.welcome?.slot;
  }
  get release(): string | undefined {
    return this.#lifeline.welcome?.release;
  }
  /** What the others in the scene said of themselves, by session id. */
  get peers(): ReadonlyMap<string, PresenceState> {
    return this.#presence.peers;
  }

  /** At most 4 KiB as JSON; null: not here. Rapid changes are thinned out, the last one always goes out. */
  setPresence(state: PresenceState | null): void {
    this.#presence.set(state);
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Rejects when the session is closed before. */
  whenLive(): Promise<void> {
    return this.#when(() => this.#phase === 'live');
  }

  /** When every edit made so far is committed; rejects when the session is closed before. */
  whenSaved(): Promise<void> {
    return this.#when(() => this.unsaved === 0);
  }

  /** Waits at most 2 s for unsaved edits, then leaves for good; `unsaved` says whether any were left behind. */
  async close(): Promise<void> {
    const { promise: bound, resolve } = Promise.withResolvers<unknown>();
    const timer = setTimeout(resolve, FLUSH_MS);
    await Promise.race([this.whenSaved().catch(() => undefined), bound]);
    clearTimeout(timer);
    this.#finish(NORMAL);
  }

  readonly #hello = async (reason: Hello['reason'], gapMs: () => number): Promise<Hello> => {
    const { protocol = PROTOCOL_WINDOW, release = RELEASE } = this.#options;
    const token = await this.#token();
    this.#shownToken = token;
    return {
      type: 'hello',
      proto: [...protocol],
      release,
      ...(token !== undefined && { token }),
      scene: this.#scene,
      clientId: this.clientId,
      sessionId: this.sessionId,
      epoch: this.#replica.epoch,
      lastSeq: this.#replica.lastSeq,
      nextCseq: this.#outbox.nextCseq,
      reason,
      ...(reason === 'resume' && { gapMs: Math.round(gapMs()) }),
    };
  };

  /** The outbox moves to the new connection: what is not acknowledged goes out again there. */
  readonly #arrived = (welcome: Welcome, { reason, gapMs, handover }: Arrival): void => {
    this.#phase = 'live';
    this.#tokenInUse = this.#shownToken;
    if (this.#replica.epoch === null) {
      this.#outbox.restart(welcome.ackedCseq);
      this.#replica.epoch = welcome.epoch;
    }
    const { slot, release } = welcome;
    if (!this.#isForeign(welcome)) {
      this.#acknowledged(welcome.ackedCseq);
      this.#sendFrom(0);
      this.#flush();
    }
    this.#presence.renew();
    this.#emit({ type: 'live', slot, release, reason, gapMs });
    if (handover) this.#emit({ type: 'handover', ...handover, to: slot });
  };

  readonly #received = (said: Frame | Exclude<ServerMessage, Welcome>): void => {
    if ('kind' in said) {
      this.#journalled(said);
      return;
    }
    switch (said.type) {
      case 'ack':
        this.#acknowledged(said.upto);
        this.#flush();
        break;
      case 'gap':
        this.#sendFrom(said.expected);
        break;
      case 'reject':
        // Without retry the edit stays here as unsaved: the document shows what the journal does not have.
        if (said.retry)
          this.#resend = setTimeout(
            () => {
              this.#sendFrom(0);
            },
            backoff(0, this.#random),
          );
        this.#emit({ type: 'rejected', code: said.code, message: said.message });
        break;
      case 'drain':
        if (said.reason === 'token') void this.#renewToken();
        else this.#lifeline.moveAway(said.handoverId);
        break;
      case 'presence':
        if (said.sessionId !== this.sessionId) this.#presence.receive(said.sessionId, said.state);
        break;
      case 'ping':
    }
  };

  async #token(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  /** Without a fresher token a new connection would be no better than this one; the server asks again in time. */
  async #renewToken(): Promise<void> {
    const token = await this.#token().catch(() => undefined);
    if (token !== undefined && token !== this.#tokenInUse && this.#phase === 'live') this.#lifeline.moveAway(null);
  }

  #journalled(frame: Frame): void {
    if (frame.kind === 'updates' && !this.#replica.apply(frame)) this.#lifeline.startOver();
    if (frame.kind !== 'snapshot') return;
    this.#replica.restore(frame);
    const { welcome } = this.#lifeline;
    if (!welcome || !this.#isForeign(welcome)) return;
    // The journal was replaced (a restore, say): whatever it lacks of this document counts as one unsaved edit.
    this.#replica.epoch = welcome.epoch;
    this.#outbox.restart(welcome.ackedCseq, [this.#replica.beyond(frame)]);
    this.#flush();
  }

  /** Another journal than the one we know; until its snapshot is here nothing can be sent. */
  #isForeign(welcome: Welcome): boolean {
    return welcome.epoch !== this.#replica.epoch;
  }

  readonly #offline = (code: number): void => {
    this.#phase = 'offline';
    this.#emit({ type: 'offline', code });
  };

  /** Whatever one turn of the program changes goes out as one edit. */
  readonly #edited = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return;
    this.#outbox.add(update);
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  };

  #flush(): void {
    const { welcome } = this.#lifeline;
    if (!welcome || this.#isForeign(welcome)) return;
    for (let edit = this.#outbox.take(); edit; edit = this.#outbox.take()) {
      if (edit.payload.byteLength > MAX_UPDATE_BYTES) {
        this.#emit({ type: 'rejected', code: 'too-large', message: `A change of more than ${MAX_UPDATE_BYTES} bytes was not saved.` });
        this.#finish(TOO_LARGE);
        return;
      }
      this.#lifeline.send({ kind: 'update', cseq: edit.cseq, payload: edit.payload });
      this.#emit({ type: 'edit', cseq: edit.cseq, at: edit.at });
    }
  }

  #sendFrom(first: number): void {
    for (const { cseq, payload } of this.#outbox.sentFrom(first)) this.#lifeline.send({ kind: 'update', cseq, payload });
  }

  #acknowledged(upto: number): void {
    const [oldest] = this.#outbox.acknowledge(upto);
    if (oldest) this.#emit({ type: 'saved', upto, latencyMs: Date.now() - oldest.at, slot: this.slot ?? '' });
  }

  readonly #finish = (code: number): void => {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.doc.off('update', this.#edited);
    clearTimeout(this.#resend);
    this.#presence.leave();
    this.#lifeline.close();
    this.#emit({ type: 'closed', code, final: true });
  };

  #emit(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #when(reached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = (): boolean => {
        if (reached()) resolve();
        else if (this.#phase === 'closed') reject(new Error('The session is closed.'));
        else return false;
        return true;
      };
      if (settled()) return;
      const stop = this.subscribe(() => {
        if (settled()) stop();
      });
    });
  }
}
