import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RolloutError, type Lease, type LeaseHolder } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { damaged, isHeld, isOwn, LeaseRecord, locked, newRecord, renewed, type LockHolder } from './lease-record.ts';

/** `unreadable`: why. */
type Read = { readonly record: LeaseRecord } | { readonly unreadable: string } | null;

/**
 * `<dir>/<fence>.json`: the file with the highest number is the lease. Taking it is creating the next number, which the
 * file system grants to one only; so the fence grows strictly, without a counter that could be lost. Only the holder writes
 * its own file. Giving it back is calling it `<fence>.released`, which takes no room on the disk.
 *
 * A lease of this machine lasts as long as its process, whatever the clocks say: one that was set forward lets nobody in beside a
 * deployment that runs, and one that was set back makes nobody wait for a dead one. A process that hangs keeps it; the refusal names the
 * process. A lease of another machine (a shared or copied folder) may be taken over `LEASE_MS` after its last heartbeat by the clocks of
 * the two, which may differ: then the fence decides, and the earlier holder begins no further effect (`lease-lost`). A damaged
 * lease is nobody's to take: throws `lock-damaged`.
 */
export class LeaseStore {
  readonly #dir: string;
  readonly #seen: () => number;

  /** `seen`: the highest fence that was acted upon, for a folder that was lost; whoever has seen it refuses all that is older. */
  constructor(dir: string, seen: () => number = () => 0) {
    this.#dir = dir;
    this.#seen = seen;
  }

  /** Throws `locked` while it is held; with `supersedeOwn` only while another process holds it. */
  acquire(holder: LeaseHolder, { supersedeOwn = false } = {}): Lease {
    mkdirSync(this.#dir, { recursive: true });
    for (;;) {
      const last = this.#last();
      const held = this.#held(last);
      if (held !== null && isHeld(held) && !(supersedeOwn && isOwn(held))) throw locked(held, this.#files(last));
      const fence = Math.max(last, this.#seen()) + 1;
      const record = newRecord(holder);
      if (this.#claim(fence, record)) return new LocalLease(this, fence, record);
    }
  }

  /** null: nobody holds it. Takes nothing. Throws `lock-damaged`. */
  holder(): LockHolder | null {
    const held = this.#held(this.#last());
    if (held === null || !isHeld(held)) return null;
    const { who, deploymentId, since, step } = held;
    return { who, deploymentId, since, step };
  }

  /** Throws `lease-lost` where a newer lease exists or this one was released. A damaged one is still its holder's. */
  assertHeld(fence: number): void {
    const last = this.#last();
    const read = this.#read(last);
    if (last === fence && read !== null && !('record' in read && read.record.released)) return;
    const by = read !== null && 'record' in read ? read.record.who : 'Another deployment';
    throw new RolloutError('lease-lost', last > fence ? `${by} took the lease over.` : 'The lease was given back.', {
      untouched: 'The step that was about to run was not run.',
      next: 'Look at `npx nx status backend`, then deploy again.',
    });
  }

  /** Only the holder of the fence does. */
  write(fence: number, record: LeaseRecord): void {
    const unfinished = this.#unfinished(record);
    renameSync(unfinished, this.#files(fence).file);
  }

  /** Whoever took it over may have tidied it away. */
  giveBack(fence: number): void {
    const { file, aside } = this.#files(fence);
    if (existsSync(file)) renameSync(file, aside);
  }

  #claim(fence: number, record: LeaseRecord): boolean {
    const unfinished = this.#unfinished(record);
    try {
      linkSync(unfinished, this.#files(fence).file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(unfinished, { force: true });
    }
    const fences = this.#fences();
    // Whoever was slow may have created a number that later holders had already tidied away, or that was given back meanwhile.
    const newest = fences.at(-1) === fence && !existsSync(this.#files(fence).aside);
    if (!newest) rmSync(this.#files(fence).file, { force: true });
    else for (const other of fences.slice(0, -1)) for (const file of Object.values(this.#files(other))) rmSync(file, { force: true });
    return newest;
  }

  /** Leaves nothing where the disk is full. */
  #unfinished(record: LeaseRecord): string {
    const file = join(this.#dir, `${randomUUID()}.new`);
    try {
      writeFileSync(file, JSON.stringify(record), { flag: 'wx', flush: true });
      return file;
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
  }

  /** null: nobody's. */
  #held(fence: number): LeaseRecord | null {
    const read = this.#read(fence);
    if (read === null) return null;
    if ('record' in read) return read.record;
    throw damaged(this.#files(fence), read.unreadable);
  }

  /** null: there is no such lease, or it was given back. */
  #read(fence: number): Read {
    try {
      return { record: LeaseRecord.parse(JSON.parse(readFileSync(this.#files(fence).file, 'utf8'))) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : String(error);
      return { unreadable: why };
    }
  }

  #last(): number {
    return this.#fences().at(-1) ?? 0;
  }

  /** A number that was given back is not given again. */
  #fences(): readonly number[] {
    if (!existsSync(this.#dir)) return [];
    const numbers = readdirSync(this.#dir).flatMap((name) => /^(\d+)\.(?:json|released)$/.exec(name)?.[1] ?? []);
    return [...new Set(numbers.map(Number))].sort((a, b) => a - b);
  }

  #files(fence: number): { readonly file: string; readonly aside: string } {
    return { file: join(this.#dir, `${fence}.json`), aside: join(this.#dir, `${fence}.released`) };
  }
}

class LocalLease implements Lease {
  readonly fence: number;
  readonly #store: LeaseStore;
  #record: LeaseRecord;
  #released = false;

  constructor(store: LeaseStore, fence: number, record: LeaseRecord) {
    this.#store = store;
    this.fence = fence;
    this.#record = record;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous, a folder is not
  async heartbeat(step: string): Promise<void> {
    this.#store.assertHeld(this.fence);
    this.#record = renewed(this.#record, step);
    try {
      this.#store.write(this.fence, this.#record);
    } catch (error) {
      // It is held all the same, and what was begun must be taken back on a full disk, too.
      if (!isNoRoom(error)) throw error;
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async release(): Promise<void> {
    if (this.#released) return;
    this.#store.giveBack(this.fence);
    this.#released = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

const isNoRoom = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
