import type { ObjectStore } from '@devplatform/runtime/storage';
import { RELEASE, type Health } from '@devplatform/contracts';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';

/** Milliseconds that one check may take; all run at once, so the answer comes within the 10 s of the specification. */
const BOUND_MS = 5000;

/** Asks everything the worker needs, each bounded; never throws. */
export async function checkHealth(database: DataSource, redis: Redis, store: ObjectStore): Promise<Health> {
  const [databaseCheck, redisCheck, storage] = await Promise.all([
    check(() => database.query('SELECT 1')),
    check(() => redis.ping()),
    check((signal) => store.ping(signal)),
  ]);
  const checks = { database: databaseCheck, redis: redisCheck, storage };
  const healthy = Object.values(checks).every((answer) => answer === 'connected');
  return { status: healthy ? 'healthy' : 'unhealthy', version: RELEASE, checks };
}

async function check(ask: (signal: AbortSignal) => Promise<unknown>): Promise<string> {
  const signal = AbortSignal.timeout(BOUND_MS);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error(`no answer within ${BOUND_MS} ms`));
    });
  });
  try {
    await Promise.race([ask(signal), late]);
    return 'connected';
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
