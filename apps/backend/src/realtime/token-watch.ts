/** Milliseconds before its end at which the client is asked for a fresh token: three times, since asking may fail. */
const ASK_BEFORE_MS = [60_000, 30_000, 10_000];
/** With less than this left the same times apply in proportion: a token of a minute is asked for after half of it. */
const FULL_SCALE_MS = 120_000;
/** setTimeout knows no more; who stays longer than 24 days is looked at again then. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** When to ask, in milliseconds before the end of a token that has `leftMs` left; in the order in which they come. */
export const askBefore = (leftMs: number): number[] => ASK_BEFORE_MS.map((before) => before * Math.min(1, leftMs / FULL_SCALE_MS));

/** Follows the token of one connection: asks in good time for a fresh one, and says when it has run out. */
export class TokenWatch {
  readonly #expiresAt: number;
  readonly #ask: (leftMs: number) => void;
  readonly #expired: () => void;
  /** Still to come, as milliseconds before the end. */
  readonly #asks: number[];
  #timer: NodeJS.Timeout | undefined;

  /** `expiresAt` in milliseconds since 1970; `ask` gets the milliseconds that are left. Either may be called until `stop`. */
  constructor(expiresAt: number, ask: (leftMs: number) => void, expired: () => void) {
    this.#expiresAt = expiresAt;
    this.#ask = ask;
    this.#expired = expired;
    this.#asks = askBefore(this.#left);
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get #left(): number {
    return Math.max(0, this.#expiresAt - Date.now());
  }

  #wait(): void {
    const next = this.#left - (this.#asks[0] ?? 0);
    this.#timer = setTimeout(
      () => {
        this.#due();
      },
      Math.min(MAX_DELAY_MS, next),
    );
  }

  #due(): void {
    const left = this.#left;
    if (left === 0) {
      this.#expired();
      return;
    }
    if (left <= (this.#asks[0] ?? 0)) {
      this.#asks.shift();
      this.#ask(left);
    }
    this.#wait();
  }
}
