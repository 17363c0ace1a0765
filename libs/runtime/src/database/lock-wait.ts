import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { rowsOf } from './rows.ts';

/** Who holds what a statement waits for. */
export interface Blocker {
  readonly pid: number;
  /** `backend-blue` */
  readonly application: string;
  /** `idle in transaction` holds its locks without doing anything. */
  readonly state: string;
  /** Seconds since its transaction began. */
  readonly forSeconds: number;
  /** Its last statement, at most 120 characters. */
  readonly query: string;
}

export interface LockPatience {
  /** Milliseconds for which a statement waits, and everybody who comes after it queues behind it. */
  readonly lockTimeoutMs: number;
  /** How often it is tried in all. */
  readonly attempts: number;
  /** Milliseconds between two attempts, up to half as much more or less: the queue passes meanwhile. */
  readonly pauseMs: number;
}

/** A lock was not got in time. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Does `work` again where it gave up waiting for a lock; `work` has to leave nothing behind when it throws. `watcher` is another connection than the
 * one with the process id `pid` that waits. `onWait` hears each attempt that failed. Throws the last error, with who was in the way.
 */
export async function withLockPatience<T>(
  work: () => Promise<T>,
  { lockTimeoutMs, attempts, pauseMs }: LockPatience,
  {
    pid,
    watcher,
    onWait,
  }: { readonly pid: number; readonly watcher: QueryRunner; readonly onWait: (attempt: number, by: readonly Blocker[]) => void },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const watch = new BlockerWatch(watcher, pid, lockTimeoutMs / 4);
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      const blockers = await watch.stop();
      onWait(attempt, blockers);
      if (attempt >= attempts) throw new Error(`a lock was not free in ${attempts} attempts${heldBy(blockers)}`, { cause: error });
    } finally {
      await watch.stop();
    }
    await delay(pauseMs * (0.5 + Math.random()));
  }
}

function heldBy(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return '';
  const each = blockers.map(
    ({ pid, application, state, forSeconds, query }) => `${application} (pid ${pid}, ${state} for ${forSeconds} s: ${query})`,
  );
  return `; it is held by ${each.join(', ')}`;
}

/** Looks who is in the way while the other connection waits: once it has given up, nobody knows any more. */
class BlockerWatch {
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #last: readonly Blocker[] = [];

  constructor(watcher: QueryRunner, pid: number, everyMs: number) {
    this.#watching = this.#watch(watcher, pid, everyMs);
  }

  /** Returns whom it saw last; its connection is free again then. */
  async stop(): Promise<readonly Blocker[]> {
    this.#stop.abort();
    await this.#watching;
    return this.#last;
  }

  async #watch(watcher: QueryRunner, pid: number, everyMs: number): Promise<void> {
    const stopped = (): boolean => this.#stop.signal.aborted;
    while (!stopped()) {
      await delay(everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (stopped()) return;
      const rows = await rowsOf<Blocker>(watcher, BLOCKERS, [pid]).catch(() => []);
      if (rows.length > 0) this.#last = rows;
    }
  }
}

const BLOCKERS = `
  SELECT pid, coalesce(nullif(application_name, ''), usename, backend_type) AS application, coalesce(state, '') AS state,
    coalesce(extract(epoch FROM now() - xact_start), 0)::int AS "forSeconds", left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS query
  FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1))`;

/** SQLSTATE; TypeORM hands the driver's error on. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('driverError' in error) return codeOf(error.driverError);
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
