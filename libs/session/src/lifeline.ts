import { mayReconnect } from '@devplatform/contracts';
import type { ClientMessage, Frame, Hello, ServerMessage, Welcome } from '@devplatform/contracts';
import { backoff } from './backoff.ts';
import { Link } from './link.ts';
import type { Socket } from './link.ts';

/** How the connection in use came to be; `handover` only when it replaced one that was usable until then. */
export interface Arrival {
  readonly reason: Hello['reason'];
  readonly gapMs: number;
  readonly handover?: { handoverId: string; from: string; ms: number };
}

export interface LifelineOwner {
  socket(): Socket;
  /** `gapMs`: milliseconds without a usable connection so far, when it is called. */
  hello(reason: Hello['reason'], gapMs: () => number): Promise<Hello>;
  /** The new connection is in use from now on; the old one is left in the same tick. */
  arrived(welcome: Welcome, arrival: Arrival): void;
  received(said: Frame | Exclude<ServerMessage, Welcome>): void;
  offline(code: number): void;
  /** The server said never to come back. */
  ended(code: number): void;
}

/** Milliseconds of being online after which a loss is a new trouble, and not more of the one before. */
const STABLE_MS = 5000;
const TICK_MS = 1000;

/** Keeps one connection in use: make before break when the server hints, break and make again when it is lost. */
export class Lifeline {
  readonly #owner: LifelineOwner;
  readonly #random: () => number;
  readonly #ticker = setInterval(() => {
    this.#current?.tick();
    this.#next?.tick();
  }, TICK_MS);
  #current: Link | undefined;
  /** Being made; beside `current` it is a handover. */
  #next: Link | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #opened = false;
  #liveSince = Infinity;
  #offlineSince = 0;
  /** Since the first loss after a time of being stable. */
  #troubleSince: number | undefined;
  #hint: { id: string; at: number } | undefined;
  /** Since the first hint that has not led away from the server that gave it. */
  #movingSince: number | undefined;

  constructor(owner: LifelineOwner, random: () => number) {
    this.#owner = owner;
    this.#random = random;
    this.#connect('open');
  }

  get welcome(): Welcome | undefined {
    return this.#current?.welcome;
  }

  /** Over the connection in use; without one nothing is sent. */
  send(message: ClientMessage | Frame): void {
    this.#current?.send(message);
  }

  /**
   * The server wants to be left; null: not the slot, only this connection, whose token runs out. The front door may still
   * lead back to the slot: later tries back off.
   */
  moveAway(handoverId: string | null): void {
    const now = performance.now();
    if (handoverId !== null) this.#hint = { id: handoverId, at: now };
    const wait = this.#movingSince === undefined ? 0 : backoff(now - this.#movingSince, this.#random);
    this.#movingSince ??= now;
    this.#moveAfter(wait);
  }

  /** What arrives on the connection in use makes no sense: start a new one from what we have. */
  startOver(): void {
    this.#current?.fail();
  }

  close(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    this.#current?.close();
    this.#next?.close();
  }

  #connect(reason: Hello['reason']): void {
    this.#next = new Link(this.#owner.socket(), {
      hello: () => this.#owner.hello(reason, () => (reason === 'resume' ? performance.now() - this.#offlineSince : 0)),
      welcomed: this.#welcomed,
      received: (link, said) => {
        if (link === this.#current) this.#owner.received(said);
      },
      lost: this.#lost,
    });
  }

  readonly #welcomed = (link: Link, welcome: Welcome): void => {
    const previous = this.#current;
    const from = previous?.welcome?.slot;
    const hint = this.#hint;
    this.#current = link;
    this.#next = undefined;
    this.#hint = undefined;
    if (!welcome.draining) this.#movingSince = undefined;

    const reason = from !== undefined ? 'handover' : this.#opened ? 'resume' : 'open';
    const now = performance.now();
    if (reason !== 'handover') this.#liveSince = now;
    this.#opened = true;
    this.#owner.arrived(welcome, {
      reason,
      gapMs: reason === 'resume' ? now - this.#offlineSince : 0,
      ...(from !== undefined && hint && { handover: { handoverId: hint.id, from, ms: now - hint.at } }),
    });
    previous?.send({ type: 'bye' });
    previous?.close();
  };

  readonly #lost = (link: Link, code: number): void => {
    const now = performance.now();
    const inUse = link === this.#current;
    if (!inUse) this.#next = undefined;
    if (!inUse && this.#current) {
      this.#moveAfter(backoff(now - (this.#movingSince ?? now), this.#random));
      return;
    }
    this.#current = undefined;
    // The connection that is being made may have what this one lacked (a fresh token): its own answer decides.
    if (!mayReconnect(code) && !this.#next) {
      this.#owner.ended(code);
      return;
    }
    if (inUse) {
      if (now - this.#liveSince > STABLE_MS) this.#troubleSince = undefined;
      this.#offlineSince = now;
      this.#owner.offline(code);
    }
    this.#troubleSince ??= now;
    // A handover that is under way becomes the resume.
    if (!this.#next) this.#resumeAfter(backoff(now - this.#troubleSince, this.#random));
  };

  #moveAfter(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (!this.#next) this.#connect('handover');
    }, ms);
  }

  #resumeAfter(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#connect(this.#opened ? 'resume' : 'open');
    }, ms);
  }
}
