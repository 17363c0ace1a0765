/** Passes a signal on to a thread, which stops before its next step, and says when that is overdue. */
export class StopOrder implements Disposable {
  /** Not 0 once the thread is to stop; the thread sees the same memory. */
  readonly flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #signal: AbortSignal;
  readonly #patienceMs: number;
  readonly #overdue = new AbortController();
  #patience: NodeJS.Timeout | undefined;

  /** `patienceMs` milliseconds from the signal until it is overdue. */
  constructor(signal: AbortSignal, patienceMs: number) {
    this.#signal = signal;
    this.#patienceMs = patienceMs;
    signal.addEventListener('abort', this.#give);
  }

  get overdue(): AbortSignal {
    return this.#overdue.signal;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#give);
    clearTimeout(this.#patience);
  }

  readonly #give = (): void => {
    Atomics.store(this.flag, 0, 1);
    this.#patience = setTimeout(() => {
      this.#overdue.abort(new Error('the step took too long to stop after it'));
    }, this.#patienceMs);
  };
}
