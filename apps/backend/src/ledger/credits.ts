import type { Hello } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { type Handover, LedgerStore } from './ledger-store.ts';
import { PageBook } from './page-book.ts';

/**
 * Milliseconds that an arrival is remembered where no row fits it yet: the front door moves first, the rows are written then, and
 * this slot hears of them a moment later.
 */
const REMEMBERED_MS = 10_000;
const CAPACITY = 20_000;

interface Remembered {
  gapMs: number;
  retries: number;
  readonly at: number;
}

/** What this slot takes over: who and what arrived here from elsewhere, written in batches while a switch to it is under way. */
@Injectable()
export class Credits {
  readonly #store: LedgerStore;
  readonly #pages: PageBook;
  /** By session, oldest first. */
  readonly #arrivals = new Map<string, Remembered>();

  constructor(@Inject(LedgerStore) store: LedgerStore, @Inject(PageBook) pages: PageBook) {
    this.#store = store;
    this.#pages = pages;
  }

  /** A session was welcomed here. */
  arrived({ sessionId, reason, gapMs = 0 }: Pick<Hello, 'sessionId' | 'reason' | 'gapMs'>): void {
    if (reason === 'open') return;
    const before = this.#arrivals.get(sessionId);
    const retries = (before?.retries ?? 0) + (reason === 'resume' ? 1 : 0);
    this.#arrivals.delete(sessionId);
    this.#arrivals.set(sessionId, { gapMs: Math.max(before?.gapMs ?? 0, gapMs), retries, at: performance.now() });
    const [oldest] = this.#arrivals.keys();
    if (this.#arrivals.size > CAPACITY && oldest !== undefined) this.#arrivals.delete(oldest);
  }

  /** Everything is the other slot's from now on; who comes back arrives anew. */
  handOver(): void {
    this.#arrivals.clear();
    this.#pages.handOver();
  }

  forgetOld(): void {
    const since = performance.now() - REMEMBERED_MS;
    for (const [session, { at }] of this.#arrivals) if (at < since) this.#arrivals.delete(session);
  }

  /** Closes the rows of those who arrived. Throws where PostgreSQL is away, and keeps them. */
  async flushSessions(handover: Handover): Promise<void> {
    if (this.#arrivals.size === 0) return;
    const sent = new Map(this.#arrivals);
    const matched = await this.#store.arrived(
      handover,
      [...sent].map(([session, { gapMs, retries }]) => ({ session, gapMs, retries })),
    );
    for (const session of matched) if (this.#arrivals.get(session) === sent.get(session)) this.#arrivals.delete(session);
  }

  async flushPages(handover: Handover): Promise<void> {
    const pages = this.#pages.within(REMEMBERED_MS);
    if (pages.length === 0) return;
    await this.#store.pagesSeen(
      handover,
      pages.map(({ id }) => id),
    );
  }
}
