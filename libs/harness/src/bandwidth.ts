import { setTimeout as delay } from 'node:timers/promises';

/** Shared by the parts of one upload, so that it takes as long as it does over a real line. */
export class Bandwidth {
  #bytesPerMs: number;
  #free = performance.now();

  /** Megabytes per second; Infinity for as fast as it goes. */
  constructor(megabytesPerSecond: number) {
    this.#bytesPerMs = megabytesPerSecond * 1000;
  }

  /** From now on. */
  change(megabytesPerSecond: number): void {
    this.#bytesPerMs = megabytesPerSecond * 1000;
    this.#free = Math.min(this.#free, performance.now());
  }

  /** Resolves when the line has room for so many bytes more. */
  async take(bytes: number): Promise<void> {
    const start = Math.max(this.#free, performance.now());
    this.#free = start + bytes / this.#bytesPerMs;
    await delay(Math.max(1, start - performance.now()));
  }
}
