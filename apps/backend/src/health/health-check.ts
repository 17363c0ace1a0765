import { RELEASE, type Health } from '@devplatform/contracts';
import { ObjectStore } from '@devplatform/runtime/storage';
import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { errorCode } from '../database/database-error.ts';
import { Database } from '../database/database.ts';
import { REDIS } from '../tokens.ts';

/** Milliseconds (specification, "Health Check Timing"). */
const BOUND_MS = 5000;

/** Asks PostgreSQL, Redis and the store at the same time whether they answer. */
@Injectable()
export class HealthCheck {
  readonly #database: Database;
  readonly #redis: Redis;
  readonly #store: ObjectStore;

  constructor(@Inject(Database) database: Database, @Inject(REDIS) redis: Redis, @Inject(ObjectStore) store: ObjectStore) {
    this.#database = database;
    this.#redis = redis;
    this.#store = store;
  }

  async run(): Promise<Health> {
    const [database, redis, storage] = await Promise.all([
      check(() => this.#database.query('SELECT 1')),
      check(() => this.#redis.ping()),
      check((signal) => this.#store.ping(signal)),
    ]);
    const checks = { database, redis, storage };
    const healthy = Object.values(checks).every((answer) => answer === 'connected');
    return { status: healthy ? 'healthy' : 'unhealthy', version: RELEASE, checks };
  }
}

async function check(ask: (signal: AbortSignal) => Promise<unknown>): Promise<string> {
  const signal = AbortSignal.timeout(BOUND_MS);
  const bound = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('', 'TimeoutError'));
    });
  });
  try {
    await Promise.race([ask(signal), bound]);
    return 'connected';
  } catch (error) {
    return `failed: ${signal.aborted ? `no answer within ${BOUND_MS / 1000} s` : reason(error)}`;
  }
}

/** A code or a class, never a message: messages of drivers name addresses and users. */
function reason(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error && error.name !== 'Error' ? error.name : 'not connected');
}
