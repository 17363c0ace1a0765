import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RELEASE } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { assertNotFenced, FencedError } from '@devplatform/runtime/database';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type EntitySchema, type ObjectLiteral, type Repository } from 'typeorm';
import { CONFIG, LOGGER } from '../tokens.ts';
import { databaseUnavailable, errorCode } from './database-error.ts';

const RETRY_MS = 500;

/** The connection of this process: comes up in the background, and carries a transaction along the calls that are made inside it. */
@Injectable()
export class Database {
  /** Resolves where the database has gone past this release, which then must not run. */
  readonly refused: Promise<FencedError>;
  readonly #refuse: (error: FencedError) => void;
  readonly #url: string;
  readonly #source: DataSource;
  readonly #logger: Logger;
  readonly #running = new AsyncLocalStorage<EntityManager>();
  readonly #stopping = new AbortController();
  #connecting: Promise<void> = Promise.resolve();

  constructor(@Inject(DataSource) source: DataSource, @Inject(CONFIG) config: BackendConfig, @Inject(LOGGER) logger: Logger) {
    ({ promise: this.refused, resolve: this.#refuse } = Promise.withResolvers<FencedError>());
    this.#url = config.DATABASE_URL;
    this.#source = source;
    this.#logger = logger;
  }

  /** Tries until PostgreSQL answers for the first time; after that its pool reconnects by itself. */
  connect(): void {
    this.#connecting = this.#connect();
  }

  /** Of the transaction that this call runs in, else of the pool. Throws the problem `database-unavailable` before the first connection. */
  get manager(): EntityManager {
    if (!this.#source.isInitialized) throw databaseUnavailable();
    return this.#running.getStore() ?? this.#source.manager;
  }

  of<T extends ObjectLiteral>(entity: EntitySchema<T>): Repository<T> {
    return this.manager.getRepository(entity);
  }

  /** Rows of one statement; values only as parameters. */
  async query<T>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    const joined = this.manager.queryRunner;
    const runner = joined ?? this.#source.createQueryRunner();
    try {
      return (await runner.query(sql, [...parameters], true)).records as T[];
    } finally {
      if (joined === undefined) await runner.release();
    }
  }

  /** Everything that `work` does through this class commits together or not at all; joins a transaction that is under way. */
  transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running.getStore() !== undefined) return work();
    return this.manager.transaction((manager) => this.#running.run(manager, work));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#connecting;
    if (this.#source.isInitialized) await this.#source.destroy();
  }

  async #connect(): Promise<void> {
    for (let told = false; !this.#stopping.signal.aborted; told = true) {
      try {
        await assertNotFenced(this.#url, RELEASE);
        await this.#source.initialize();
        this.#logger.info('database connected');
        return;
      } catch (error) {
        if (error instanceof FencedError) {
          this.#refuse(error);
          return;
        }
        if (!told) this.#logger.warn({ code: errorCode(error), err: error }, 'database is away, trying on');
        await delay(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }
}
