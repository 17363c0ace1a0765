import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive, startTimeOf } from '@devplatform/embedded';
import { RolloutError, type Lease, type LeaseHolder } from '@devplatform/rollout-engine';
import { z } from 'zod';

/** Milliseconds that a lease lives after its last heartbeat. */
export const LEASE_MS = 30_000;

const LeaseRecord = z.object({
  who: z.string(),
  deploymentId: z.string(),
  host: z.string(),
  pid: z.int(),
  startTime: z.string(),
  since: z.iso.datetime(),
  step: z.string(),
  expiresAt: z.iso.datetime(),
  released: z.boolean(),
});
type LeaseRecord = z.infer<typeof LeaseRecord>;

/** Who deploys right now: since when (ISO 8601), and at which step. */
export type LockHolder = Pick<LeaseRecord, 'who' | 'deploymentId' | 'since' | 'step'>;

/**
 * `<dir>/<fence>.json`: the file with the highest number is the lease. Taking it is creating the next number, which the
 * file system grants to one only; so the fence grows strictly, without a counter that could be lost. Only the holder writes
 * its own file. A lease that expired, or whose holder is gone from this machine, may be taken over.
 */
export class LeaseStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Throws `locked` while it is held; with `supersedeOwn` only while another process holds it. */
  acquire(holder: LeaseHolder, { supersedeOwn = false } = {}): Lease {
    mkdirSync(this.#dir, { recursive: true });
    for (;;) {
      const last = this.#fences().at(-1) ?? 0;
      const held = this.#read(last);
      if (held !== null && isHeld(held) && !(supersedeOwn && isOwn(held))) throw locked(held);
      const fence = last + 1;
      const record = newRecord(holder);
      if (this.#claim(fence, record)) return new LocalLease(this, fence, record);
    }
  }

  /** null: nobody holds it. Takes nothing. */
  holder(): LockHolder | null {
    if (!existsSync(this.#dir)) return null;
    const held = this.#read(this.#fences().at(-1) ?? 0);
    if (held === null || !isHeld(held)) return null;
    const { who, deploymentId, since, step } = held;
    return { who, deploymentId, since, step };
  }

  /** Throws `lease-lost` where a newer lease exists or this one was released. */
  assertHeld(fence: number): void {
    const last = this.#fences().at(-1) ?? 0;
    const record = this.#read(last);
    if (last === fence && record?.released === false) return;
    const why = last === fence ? 'The lease was given back.' : `${record?.who ?? 'Another deployment'} took the lease over.`;
    throw new RolloutError('lease-lost', why, {
      untouched: 'The step that was about to run was not run.',
      next: 'Look at `npx nx status backend`, then deploy again.',
    });
  }

  /** Only the holder of the fence does. */
  write(fence: number, record: LeaseRecord): void {
    renameSync(this.#unfinished(record), this.#file(fence));
  }

  #claim(fence: number, record: LeaseRecord): boolean {
    const unfinished = this.#unfinished(record);
    try {
      linkSync(unfinished, this.#file(fence));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(unfinished, { force: true });
    }
    const fences = this.#fences();
    // Whoever was slow may have created a number that later holders had already tidied away.
    const newest = fences.at(-1) === fence;
    for (const other of newest ? fences.slice(0, -1) : [fence]) rmSync(this.#file(other), { force: true });
    return newest;
  }

  #unfinished(record: LeaseRecord): string {
    const file = join(this.#dir, `${randomUUID()}.new`);
    writeFileSync(file, JSON.stringify(record), { flag: 'wx', flush: true });
    return file;
  }

  /** null: no such lease, or a damaged one, which nobody can hold. */
  #read(fence: number): LeaseRecord | null {
    try {
      return LeaseRecord.parse(JSON.parse(readFileSync(this.#file(fence), 'utf8')));
    } catch {
      return null;
    }
  }

  #fences(): readonly number[] {
    return readdirSync(this.#dir)
      .flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  #file(fence: number): string {
    return join(this.#dir, `${fence}.json`);
  }
}

class LocalLease implements Lease {
  readonly fence: number;
  readonly #store: LeaseStore;
  #record: LeaseRecord;

  constructor(store: LeaseStore, fence: number, record: LeaseRecord) {
    this.#store = store;
    this.fence = fence;
    this.#record = record;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous, a folder is not
  async heartbeat(step: string): Promise<void> {
    this.#store.assertHeld(this.fence);
    this.#record = { ...this.#record, step, expiresAt: inLeaseTime() };
    this.#store.write(this.fence, this.#record);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async release(): Promise<void> {
    if (this.#record.released) return;
    this.#record = { ...this.#record, released: true };
    this.#store.write(this.fence, this.#record);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

function newRecord({ who, deploymentId }: LeaseHolder): LeaseRecord {
  const times = { since: new Date().toISOString(), expiresAt: inLeaseTime() };
  const self = { host: hostname(), pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  return { who, deploymentId, ...self, ...times, step: 'begin', released: false };
}

function isHeld(record: LeaseRecord): boolean {
  const gone = record.host === hostname() && !isAlive(record);
  return !record.released && !gone && Date.parse(record.expiresAt) > Date.now();
}

const isOwn = (record: LeaseRecord): boolean => record.host === hostname() && record.pid === process.pid;
const inLeaseTime = (): string => new Date(Date.now() + LEASE_MS).toISOString();

function locked({ who, since, step, deploymentId }: LeaseRecord): RolloutError {
  return new RolloutError('locked', `${who} has been deploying since ${since} (${deploymentId}) and is at step "${step}".`, {
    untouched: 'Nothing was changed.',
    next: `Wait for it to end; \`npx nx status backend\` shows it. If its process is gone, the lock is free within ${LEASE_MS / 1000} s.`,
  });
}
