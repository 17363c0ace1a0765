import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger, LedgerCounts, OpenLedger } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { databaseProblem } from '../database/database-error.ts';
import { ProblemError } from '../http/problem.ts';
import { Requests } from '../http/requests.ts';
import { Sockets } from '../realtime/sockets.ts';
import { CONFIG } from '../tokens.ts';
import { Credits } from './credits.ts';
import { Debits } from './debits.ts';
import { type Inventory, LedgerStore } from './ledger-store.ts';
import { PAGE_OPEN_MS, PageBook } from './page-book.ts';

/** Milliseconds that a database which is away has to come back before the engine is told that nothing was written. */
const PATIENCE_MS = 6000;
const AGAIN_MS = 100;

/** Opens the ledger of a switch away from this slot, and reads any. */
@Injectable()
export class Handovers {
  readonly #slot: BackendConfig['SLOT'];
  readonly #store: LedgerStore;
  readonly #debits: Debits;
  readonly #credits: Credits;
  readonly #pages: PageBook;
  readonly #sockets: Sockets;
  readonly #requests: Requests;
  #opening: { readonly id: string; readonly counted: Promise<LedgerCounts> } | null = null;

  constructor(
    @Inject(CONFIG) config: Pick<BackendConfig, 'SLOT'>,
    @Inject(LedgerStore) store: LedgerStore,
    @Inject(Debits) debits: Debits,
    @Inject(Credits) credits: Credits,
    @Inject(PageBook) pages: PageBook,
    @Inject(Sockets) sockets: Sockets,
    @Inject(Requests) requests: Requests,
  ) {
    this.#slot = config.SLOT;
    this.#store = store;
    this.#debits = debits;
    this.#credits = credits;
    this.#pages = pages;
    this.#sockets = sockets;
    this.#requests = requests;
  }

  /** Resolves to the counts when the rows are committed. Repeating it with the same id changes nothing. */
  open({ handoverId: id, to }: OpenLedger): Promise<LedgerCounts> {
    if (to === this.#slot) {
      throw new ProblemError(409, 'handover-to-itself', `This is ${to}: it cannot hand over to itself. Nothing was written.`);
    }
    if (this.#opening?.id === id) return this.#opening.counted;
    const counted = this.#begin(id, to);
    this.#opening = { id, counted };
    counted.catch(() => {
      if (this.#opening?.id !== id) return;
      this.#opening = null;
      this.#debits.cancel();
    });
    return counted;
  }

  async read(id: string): Promise<Ledger> {
    const ledger = await this.#store.read(id);
    if (ledger === null) throw new ProblemError(404, 'unknown-handover', 'There is no ledger of such a switch.');
    return ledger;
  }

  /** The slot serves again: what is still here is under way as ever. */
  cancel(): void {
    this.#debits.cancel();
  }

  /** Everything up to the first await happens at one moment: nothing begins or ends meanwhile. */
  async #begin(id: string, to: OpenLedger['to']): Promise<LedgerCounts> {
    const handover = { id, from: this.#slot, to };
    const inventory = this.#inventory();
    this.#debits.begin(handover, inventory.items);
    this.#credits.handOver();
    const counted = await persist(() => this.#store.open(handover, inventory));
    this.#debits.written(id);
    return counted;
  }

  #inventory(): Inventory {
    const sockets = this.#sockets.all().map(({ id, session, detail }) => ({ kind: 'socket' as const, item: id, session, detail }));
    const requests = this.#requests.underWay().map(({ item, what }) => ({ kind: 'request' as const, item, session: null, detail: what }));
    const pages = this.#pages.within(PAGE_OPEN_MS);
    return {
      items: [
        ...sockets,
        ...requests,
        ...pages.map(({ id, release }) => ({ kind: 'page' as const, item: id, session: null, detail: release })),
      ],
      // By other means than the lists: what only one of the two knows of must not go unnoticed.
      counts: { socket: this.#sockets.connected, request: this.#requests.count(), page: pages.length },
    };
  }
}

async function persist<T>(write: () => Promise<T>): Promise<T> {
  for (const start = performance.now(); ;) {
    try {
      return await write();
    } catch (error) {
      const away = databaseProblem(error)?.status === 503;
      if (!away || performance.now() - start > PATIENCE_MS) throw error;
      await delay(AGAIN_MS);
    }
  }
}
