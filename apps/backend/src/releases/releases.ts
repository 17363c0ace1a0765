import { setTimeout as delay } from 'node:timers/promises';
import { JOB_CONTRACTS, negotiateContract, RELEASE } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { errorCode } from '../database/database-error.ts';
import { Database } from '../database/database.ts';
import { CONFIG, LOGGER } from '../tokens.ts';
import { SlotReleaseEntity } from './slot-release.entity.ts';

const RETRY_MS = 500;

/** The registry of what each slot runs: both are the rollback set, so a job is given the version that both can consume. */
@Injectable()
export class Releases {
  readonly #database: Database;
  readonly #config: BackendConfig;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #registering: Promise<void> = Promise.resolve();

  constructor(@Inject(Database) database: Database, @Inject(CONFIG) config: BackendConfig, @Inject(LOGGER) logger: Logger) {
    this.#database = database;
    this.#config = config;
    this.#logger = logger;
  }

  /** Says what this slot runs, as soon as the database answers and has the table. */
  start(): void {
    this.#registering = this.#register();
  }

  /** The contract version for a new model-processing job. */
  async contract(): Promise<number> {
    const rows = await this.#database.of(SlotReleaseEntity).find();
    return negotiateContract(
      rows.map(({ contracts }) => contracts),
      JOB_CONTRACTS,
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#registering;
  }

  async #register(): Promise<void> {
    const { signal } = this.#stopping;
    const row = { slot: this.#config.SLOT, release: RELEASE, contracts: [...JOB_CONTRACTS], at: new Date() };
    while (!signal.aborted) {
      try {
        await this.#database.of(SlotReleaseEntity).upsert(row, ['slot']);
        return;
      } catch (error) {
        this.#logger.debug({ code: errorCode(error) }, 'the release is not registered yet, trying on');
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
