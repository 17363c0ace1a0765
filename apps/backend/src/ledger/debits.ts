import type { LedgerOutcome } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { type Closing, type Handover, type Item, LedgerStore } from './ledger-store.ts';

/** Rows that may wait for PostgreSQL; what does not fit stays open, and the gate of the deployment asks for it. */
const CAPACITY = 20_000;

interface Open {
  readonly handover: Handover;
  /** `kind item` of what has a row and has not ended. */
  readonly items: Set<string>;
  /** The rows are committed; before that there is nothing to close. */
  written: boolean;
  greeted: Item[];
  closings: Closing[];
}

const key = (kind: Item['kind'], item: string): string => `${kind} ${item}`;

/** What this slot hands over while a switch away from it is under way: remembers what ends here, and writes it in batches. */
@Injectable()
export class Debits {
  readonly #store: LedgerStore;
  #open: Open | null = null;

  constructor(@Inject(LedgerStore) store: LedgerStore) {
    this.#store = store;
  }

  /** From this moment on what happens to the items is noted. */
  begin(handover: Handover, items: readonly Item[]): void {
    const keys = items.map(({ kind, item }) => key(kind, item));
    this.#open = { handover, items: new Set(keys), written: false, greeted: [], closings: [] };
  }

  written(handoverId: string): void {
    if (this.#open?.handover.id === handoverId) this.#open.written = true;
  }

  /** The rows could not be written, or the slot serves again: nothing is handed over any more. */
  cancel(): void {
    this.#open = null;
  }

  /** A socket said who it is. */
  greeted(socket: Item): void {
    if (this.#open === null || this.#open.greeted.length >= CAPACITY) return;
    this.#open.items.add(key('socket', socket.item));
    this.#open.greeted.push(socket);
  }

  /** Only the first end of a thing counts; `outcome` null: whoever takes it over says what became of it. */
  ended(kind: Item['kind'], item: string, outcome: LedgerOutcome | null, detail: string | null = null): void {
    const known = this.#open?.items.delete(key(kind, item)) ?? false;
    if (known && outcome !== null && this.#open !== null && this.#open.closings.length < CAPACITY) {
      this.#open.closings.push({ kind, item, outcome, detail });
    }
  }

  /** Writes what waits; throws where PostgreSQL is away, and keeps it. */
  async flush(): Promise<void> {
    const open = this.#open;
    if (!open?.written) return;
    const { greeted, closings } = open;
    if (greeted.length === 0 && closings.length === 0) return;
    open.greeted = [];
    open.closings = [];
    try {
      if (greeted.length > 0) await this.#store.greeted(open.handover.id, greeted);
      if (closings.length > 0) await this.#store.close(open.handover.id, closings);
    } catch (error) {
      open.greeted.unshift(...greeted);
      open.closings.unshift(...closings);
      throw error;
    }
  }
}
