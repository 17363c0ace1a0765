import { ProblemError } from '../http/problem.ts';

/** At most `limit` events per address and window, counted in this process. */
export class RateLimit {
  readonly #limit: number;
  readonly #windowMs: number;
  #counts = new Map<string, number>();
  #windowStart = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  count(address: string): void {
    const counts = this.#current();
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }

  /** Throws the problem `too-many-attempts` once the address has used up its window. */
  check(address: string): void {
    if ((this.#current().get(address) ?? 0) < this.#limit) return;
    const seconds = Math.ceil((this.#windowStart + this.#windowMs - Date.now()) / 1000);
    throw new ProblemError(429, 'too-many-attempts', `Too many attempts from this address; try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    });
  }

  #current(): Map<string, number> {
    if (Date.now() - this.#windowStart >= this.#windowMs) {
      this.#counts = new Map();
      this.#windowStart = Date.now();
    }
    return this.#counts;
  }
}
