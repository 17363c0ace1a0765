import { MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { createDataSource } from './data-source.ts';

/** Held while migrations run, so that two deployments at once apply each migration once. */
const ADVISORY_LOCK = 764_001;

/**
 * Applies the pending migrations oldest first, each in its own transaction; a failing one is rolled back, those before
 * it stay. `onApplied` hears each name as it is committed. Returns the names that were applied.
 */
export async function migrate(
  url: string,
  migrations: readonly (new () => MigrationInterface)[],
  onApplied: (name: string) => void = () => undefined,
): Promise<readonly string[]> {
  // A back-fill or an index may take its time.
  const source = createDataSource({ url, migrations, applicationName: 'devplatform-migrate', poolSize: 2, statementTimeoutMs: 0 });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    // Whatever waits for a lock makes everybody queue behind it: the live slot must not stand still for a migration.
    await runner.query(`SET lock_timeout = '5s'`);
    return await applyPending(new MigrationExecutor(source, runner), runner, onApplied);
  } finally {
    await runner.release();
    await source.destroy();
  }
}

async function applyPending(
  executor: MigrationExecutor,
  runner: QueryRunner,
  onApplied: (name: string) => void,
): Promise<readonly string[]> {
  const applied: string[] = [];
  for (const migration of await executor.getPendingMigrations()) {
    // CREATE INDEX CONCURRENTLY is among what cannot run in a transaction; such a migration says so itself.
    const transactional = migration.instance?.transaction !== false;
    if (transactional) await runner.startTransaction();
    try {
      await executor.executeMigration(migration);
      if (transactional) await runner.commitTransaction();
    } catch (cause) {
      if (transactional) await runner.rollbackTransaction().catch(() => undefined);
      const reason = cause instanceof Error ? cause.message : String(cause);
      const state = transactional ? 'was rolled back' : 'may be half applied, it runs outside of a transaction';
      throw new Error(`Migration ${migration.name} failed and ${state}; later ones were not tried: ${reason}`, { cause });
    }
    applied.push(migration.name);
    onApplied(migration.name);
  }
  return applied;
}
