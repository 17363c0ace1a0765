import { MigrationExecutor, type Migration, type MigrationInterface, type QueryRunner } from 'typeorm';
import { backfill, Batches, forgetProgress } from './backfill.ts';
import { createDataSource } from './data-source.ts';
import { raiseFence } from './raise-fence.ts';
import { type Blocker, type LockPatience, withLockPatience } from './lock-wait.ts';
import { rowsOf } from './rows.ts';

/** Held while migrations run, so that two deployments at once apply each migration once. */
const ADVISORY_LOCK = 764_001;

/** Everything optional; whoever does not listen misses nothing but the words. */
export interface MigrationListener {
  /** Committed. */
  readonly applied?: (name: string) => void;
  /** An attempt ended without the lock that it needs; the queue behind it has passed. */
  readonly waiting?: (name: string, attempt: number, blockers: readonly Blocker[]) => void;
  /** Rows of a backfill that are done, those before a crash included. */
  readonly progress?: (name: string, done: number) => void;
  /** Contract steps that wait until no other release runs. */
  readonly left?: (names: readonly string[]) => void;
}

export interface MigrateOptions extends Partial<LockPatience> {
  /** `leave` them where another release may still run; default `apply`. A database without any migration has them all: no release ever ran on it. */
  readonly contract?: 'apply' | 'leave';
  /** The release that migrates, `1.4.0`: contract steps keep older ones from starting again. Absent: there is no fence. */
  readonly release?: string;
  /** Milliseconds for a statement in a transaction, which keeps its locks; default one minute. */
  readonly statementTimeoutMs?: number;
  /** Milliseconds for a statement that commits by itself, like CREATE INDEX CONCURRENTLY; default 14 minutes. */
  readonly longStatementTimeoutMs?: number;
}

/**
 * About half a minute in all, of which nobody has to queue for longer than two seconds at a time.
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
 */
const PATIENCE: LockPatience = { lockTimeoutMs: 2000, attempts: 10, pauseMs: 1000 };

/**
 * Applies the pending migrations oldest first, each in its own transaction; a failing one is rolled back, those before
 * it stay. Returns the names that were applied.
 */
export async function migrate(
  url: string,
  migrations: readonly (new () => MigrationInterface)[],
  listener: MigrationListener = {},
  options: MigrateOptions = {},
): Promise<readonly string[]> {
  const source = createDataSource({ url, migrations, applicationName: 'devplatform-migrate', poolSize: 2, statementTimeoutMs: 0 });
  await source.initialize();
  const [runner, watcher] = [source.createQueryRunner(), source.createQueryRunner()];
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    const [session] = await rowsOf<{ pid: number }>(runner, 'SELECT pg_backend_pid() AS pid');
    const connections = { executor: new MigrationExecutor(source, runner), runner, watcher, pid: session?.pid ?? 0 };
    return await new Run(connections, listener, options).all();
  } finally {
    await Promise.all([runner.release(), watcher.release()]);
    await source.destroy();
  }
}

interface Connections {
  readonly executor: MigrationExecutor;
  /** Does everything, and holds the advisory lock: whoever loses the one loses the other. */
  readonly runner: QueryRunner;
  readonly watcher: QueryRunner;
  readonly pid: number;
}

/** The phases of migrations/phase.ts, as far as a runner has to know them. */
type Phased = MigrationInterface & { readonly phase?: string; readonly batches?: unknown; readonly needs?: string };

class Run {
  readonly #connections: Connections;
  readonly #listener: MigrationListener;
  readonly #options: MigrateOptions;
  readonly #patience: LockPatience;

  constructor(connections: Connections, listener: MigrationListener, options: MigrateOptions) {
    this.#connections = connections;
    this.#listener = listener;
    this.#options = options;
    const { lockTimeoutMs = PATIENCE.lockTimeoutMs, attempts = PATIENCE.attempts, pauseMs = PATIENCE.pauseMs } = options;
    this.#patience = { lockTimeoutMs, attempts, pauseMs };
  }

  async all(): Promise<readonly string[]> {
    const { executor } = this.#connections;
    const applied: string[] = [];
    const empty = (await executor.getExecutedMigrations()).length === 0;
    const pending = await executor.getPendingMigrations();
    const left = this.#options.contract === 'leave' && !empty ? pending.filter((one) => phasedOf(one).phase === 'contract') : [];
    for (const migration of pending) {
      if (left.includes(migration)) continue;
      await this.#apply(migration);
      applied.push(migration.name);
      this.#listener.applied?.(migration.name);
    }
    if (left.length > 0) this.#listener.left?.(left.map(({ name }) => name));
    return applied;
  }

  async #apply(migration: Migration): Promise<void> {
    const { executor, runner } = this.#connections;
    const { transaction, batches, phase, needs } = phasedOf(migration);
    // CREATE INDEX CONCURRENTLY is among what cannot run in a transaction; such a migration says so itself.
    const transactional = transaction !== false;
    const declared = batches === undefined ? null : Batches.parse(batches);
    const minimum = phase === 'contract' ? (needs ?? this.#options.release) : undefined;
    const steps = async (): Promise<void> => {
      if (minimum !== undefined && this.#options.release !== undefined) await raiseFence(runner, { minimum, migration: migration.name });
      await executor.executeMigration(migration);
      if (declared !== null) await forgetProgress(runner, migration.name);
    };
    try {
      if (declared !== null)
        await backfill(runner, migration.name, declared, {
          patient: (work) => this.#inTransaction(migration, work),
          onProgress: (done) => this.#listener.progress?.(migration.name, done),
        });
      await (transactional ? this.#inTransaction(migration, steps) : this.#byItself(migration, steps));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const state = transactional ? 'was rolled back' : 'may be half applied, it runs outside of a transaction';
      const batched = declared === null ? '' : ' (batches that were committed stay, and the next run goes on after them)';
      throw new Error(`Migration ${migration.name} failed and ${state}${batched}; later ones were not tried: ${reason}`, { cause });
    }
  }

  /** Whatever waits for a lock makes everybody queue behind it, so it gives up soon, and tries again from its beginning. */
  #inTransaction(migration: Migration, work: () => Promise<void>): Promise<void> {
    const { runner } = this.#connections;
    return this.#patiently(migration, async () => {
      await this.#bound(this.#options.statementTimeoutMs ?? 60_000, this.#patience.lockTimeoutMs);
      // What the schema builder remembers of an attempt that was rolled back is not so.
      await runner.getTables([]);
      await runner.startTransaction();
      try {
        await work();
        await runner.commitTransaction();
      } catch (error) {
        await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Each statement is tried again by itself, because those before it are committed. One that runs CONCURRENTLY waits for old transactions as long as
   * it takes: nobody queues behind it, and giving up would leave an invalid index.
   */
  async #byItself(migration: Migration, work: () => Promise<void>): Promise<void> {
    const { runner } = this.#connections;
    const query = runner.query.bind(runner);
    const limit = this.#options.longStatementTimeoutMs ?? 14 * 60_000;
    const patient = async (sql: string, ...rest: unknown[]): Promise<unknown> => {
      // One that begins a transaction itself is followed no further.
      if (runner.isTransactionActive) return query(sql, ...(rest as []));
      const lockTimeout = /\bconcurrently\b/i.test(sql) ? 0 : this.#patience.lockTimeoutMs;
      await query(`SET statement_timeout = ${limit}`);
      await query(`SET lock_timeout = ${lockTimeout}`);
      return this.#patiently(migration, () => query(sql, ...(rest as [])));
    };
    Object.assign(runner, { query: patient });
    try {
      await work();
    } finally {
      Object.assign(runner, { query });
    }
  }

  async #bound(statementMs: number, lockMs: number): Promise<void> {
    await this.#connections.runner.query(`SET statement_timeout = ${statementMs}`);
    await this.#connections.runner.query(`SET lock_timeout = ${lockMs}`);
  }

  #patiently<T>({ name }: Migration, work: () => Promise<T>): Promise<T> {
    const { pid, watcher } = this.#connections;
    const onWait = (attempt: number, blockers: readonly Blocker[]): void => this.#listener.waiting?.(name, attempt, blockers);
    return withLockPatience(work, this.#patience, { pid, watcher, onWait });
  }
}

const phasedOf = ({ instance }: Migration): Partial<Phased> => instance ?? {};
