import { Injectable } from '@nestjs/common';

/** Milliseconds after its last request that a page counts as open: it asks for something far more often. */
export const PAGE_OPEN_MS = 60_000;
const CAPACITY = 10_000;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const VERSION = /^[\w.-]{1,40}$/;

interface Sighting {
  readonly release: string;
  /** `performance.now()` */
  readonly at: number;
}

/** Which pages were heard of lately, by the id that each makes when it is loaded; the newest ten thousand. */
@Injectable()
export class PageBook {
  /** Oldest sighting first. */
  readonly #pages = new Map<string, Sighting>();

  /** Headers of a request, as they came; what is no page's is passed over. */
  see(id: unknown, release: unknown): void {
    if (typeof id !== 'string' || !UUID.test(id)) return;
    this.#pages.delete(id);
    this.#pages.set(id, { release: typeof release === 'string' && VERSION.test(release) ? release : '', at: performance.now() });
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > CAPACITY && oldest !== undefined) this.#pages.delete(oldest);
  }

  /** Pages heard of within so many milliseconds: id and the release that they were loaded from. */
  within(ms: number): readonly { readonly id: string; readonly release: string }[] {
    const since = performance.now() - ms;
    return [...this.#pages].filter(([, { at }]) => at >= since).map(([id, { release }]) => ({ id, release }));
  }

  /** The other slot's from now on: what is heard of again has come back. */
  handOver(): void {
    this.#pages.clear();
  }
}
