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
  hello(reason: Hello['reason']): Hello;
  /** The new connection is in use from now on; the old one is left in the same tick. */
  arrived(welcome: Welcome, arrival: Arrival): void;
  received(said: Frame | Exclude<ServerMessage, Welcome>): void;
  offline(code: number): void;
  /** The server said never to come back. */
  ended(code: number): void;
}

/** A connection that lived this long was a good one: the next loss starts the backoff anew. */
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
  #losses = 0;
  #moves = 0;
  #opened = false;
  #offlineSince = 0;
  #hint: { id: string; at: number } | undefined;

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

  /** The server wants to be left. The front door may still lead back to it: later tries back off. */
  moveAway(handoverId: string): void {
    this.#hint = { id: handoverId, at: performance.now() };
    this.#scheduleMove();
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
      hello: () => this.#owner.hello(reason),
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
    if (!welcome.draining) this.#moves = 0;

    const reason = from !== undefined ? 'handover' : this.#opened ? 'resume' : 'open';
    this.#opened = true;
    this.#owner.arrived(welcome, {
      reason,
      gapMs: reason === 'resume' ? performance.now() - this.#offlineSince : 0,
      ...(from !== undefined && hint && { handover: { handoverId: hint.id, from, ms: performance.now() - hint.at } }),
    });
    previous?.send({ type: 'bye' });
    previous?.close();
  };

  readonly #lost = (link: Link, code: number): void => {
    const inUse = link === this.#current;
    if (!inUse) this.#next = undefined;
    if (!inUse && this.#current) {
      this.#scheduleMove();
      return;
    }
    this.#current = undefined;
    if (!mayReconnect(code)) {
      this.#owner.ended(code);
      return;
    }
    if (link.age > STABLE_MS) this.#losses = 0;
    if (inUse) {
      this.#offlineSince = performance.now();
      this.#owner.offline(code);
    }
    // A handover that is under way becomes the resume.
    if (!this.#next) this.#scheduleResume();
  };

  #scheduleMove(): void {
    clearTimeout(this.#retry);
    const wait = this.#moves === 0 ? 0 : backoff(this.#moves, this.#random);
    this.#moves += 1;
    this.#retry = setTimeout(() => {
      if (!this.#next) this.#connect('handover');
    }, wait);
  }

  #scheduleResume(): void {
    clearTimeout(this.#retry);
    const wait = backoff(this.#losses, this.#random);
    this.#losses += 1;
    this.#retry = setTimeout(() => {
      this.#connect(this.#opened ? 'resume' : 'open');
    }, wait);
  }
}
