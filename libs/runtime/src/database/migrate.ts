import type { MigrationInterface } from 'typeorm';
import { createDataSource } from './data-source.ts';

/** Held while migrations run, so that two deployments at once apply each migration once. */
const ADVISORY_LOCK = 764_001;

/**
 * Applies the pending migrations oldest first, each in its own transaction; a failing one is rolled back, those before
 * it stay. `onApplied` hears each name. Returns the names that were applied.
 */
export async function migrate(
  url: string,
  migrations: readonly (new () => MigrationInterface)[],
  onApplied: (name: string) => void = () => undefined,
): Promise<readonly string[]> {
  const source = createDataSource({ url, migrations, applicationName: 'devplatform-migrate', poolSize: 2 });
  await source.initialize();
  try {
    const lock = source.createQueryRunner();
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    try {
      const applied = (await source.runMigrations({ transaction: 'each' })).map(({ name }) => name);
      applied.forEach(onApplied);
      return applied;
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK]);
      await lock.release();
    }
  } finally {
    await source.destroy();
  }
}
