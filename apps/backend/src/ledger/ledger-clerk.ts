import type { BackendConfig } from '@devplatform/runtime/config';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { errorCode } from '../database/database-error.ts';
import { CONFIG, LOGGER } from '../tokens.ts';
import { Credits } from './credits.ts';
import { Debits } from './debits.ts';
import { type Handover, LedgerStore } from './ledger-store.ts';

const EVERY_MS = 150;
/** The only query while no switch is under way: nobody has to tell the new slot that it takes over, also after a crash. */
const LOOK_EVERY_MS = 1000;

/** Writes this slot's half of the ledger, again and again while PostgreSQL is away. */
@Injectable()
export class LedgerClerk implements OnModuleInit {
  readonly #slot: BackendConfig['SLOT'];
  readonly #logger: Logger;
  readonly #store: LedgerStore;
  readonly #debits: Debits;
  readonly #credits: Credits;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | null = null;
  #lookedAt = -Infinity;
  /** The switch to this slot that is under way. */
  #incoming: Handover | null = null;
  #told = false;

  constructor(
    @Inject(CONFIG) config: Pick<BackendConfig, 'SLOT'>,
    @Inject(LOGGER) logger: Logger,
    @Inject(LedgerStore) store: LedgerStore,
    @Inject(Debits) debits: Debits,
    @Inject(Credits) credits: Credits,
  ) {
    this.#slot = config.SLOT;
    this.#logger = logger;
    this.#store = store;
    this.#debits = debits;
    this.#credits = credits;
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.#write(), EVERY_MS);
  }

  /** Writes what waits and ends; before the pools. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }

  /** One after the other: PostgreSQL that is slow must not be asked more and more. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll()
      .then(
        () => (this.#told = false),
        (error: unknown) => {
          if (!this.#told) this.#logger.warn({ code: errorCode(error), err: error }, 'the ledger waits for the database');
          this.#told = true;
        },
      )
      .then(() => {
        this.#writing = null;
      });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    if (!this.#store.connected) return;
    await this.#debits.flush();
    const looks = performance.now() - this.#lookedAt >= LOOK_EVERY_MS;
    if (looks) await this.#look();
    if (this.#incoming === null) return;
    await this.#credits.flushSessions(this.#incoming);
    if (looks) await this.#credits.flushPages(this.#incoming);
  }

  async #look(): Promise<void> {
    this.#credits.forgetOld();
    const current = await this.#store.current();
    this.#incoming = current?.to === this.#slot ? current : null;
    this.#lookedAt = performance.now();
  }
}
