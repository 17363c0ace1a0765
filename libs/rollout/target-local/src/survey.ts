import { join, resolve } from 'node:path';
import type { Slot } from '@devplatform/contracts';
import type { Release } from '@devplatform/rollout-engine';
import { digestOf, missingIn } from './artifact.ts';
import { appliedMigrations, findDatabase } from './database.ts';
import { judgeMigrations, type MigrationJudgement } from './judgement.ts';
import type { LockHolder } from './lease-record.ts';
import { LeaseStore } from './lease.ts';
import type { LocalTargetOptions } from './local-target.ts';
import { rehearse, type Rehearsal } from './rehearsal.ts';
import { Releases } from './releases.ts';
import { roomFor } from './room.ts';
import { ENTRY_FILES } from './slot-processes.ts';

/** What can be seen of a local environment before anything is done: takes no lock, starts nothing, and changes nothing. */
export class LocalSurvey {
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #releases: Releases;
  readonly #leases: LeaseStore;

  constructor({ home, releasesDir, env = process.env }: Omit<LocalTargetOptions, 'log'>) {
    this.#home = resolve(home);
    this.#env = env;
    this.#releases = new Releases(resolve(releasesDir));
    this.#leases = new LeaseStore(join(this.#home, 'lock'));
  }

  /** Who deploys right now; null: nobody. */
  lockHolder(): LockHolder | null {
    return this.#leases.holder();
  }

  /** Names of the release's migrations that the database has not got, oldest first; null: the database does not run. */
  async pending({ migrations }: Release): Promise<readonly string[] | null> {
    const applied = await this.#applied();
    return applied === null ? null : migrations.filter((name) => !applied.includes(name));
  }

  /** What is pending of `release` against the release with the tag `running`; that one has to be built here too. */
  async judgeMigrations(release: Release, running: string): Promise<MigrationJudgement> {
    const applied = await this.#applied();
    if (applied === null) return { outcome: 'unknown', reasons: ['the database does not run'], left: [] };
    return judgeMigrations(release, this.#releases.find(running), this.#releases, applied);
  }

  async artifact(release: Release): Promise<{ readonly missing: readonly string[]; readonly digest: string }> {
    const folder = this.#releases.folder(release);
    const [missing, digest] = await Promise.all([missingIn(folder, ENTRY_FILES), digestOf(folder)]);
    return { missing, digest };
  }

  /** Bytes. */
  room(to: Slot): ReturnType<typeof roomFor> {
    return roomFor(to, this.#home);
  }

  /** On a copy of the data of at most `maxBytes`, which is gone when this returns. */
  async rehearse(release: Release, maxBytes: number): Promise<Rehearsal> {
    const database = await findDatabase(this.#home, this.#env);
    if (database.state !== 'running') return { outcome: 'impossible', reason: 'the database does not run' };
    return rehearse(release, this.#releases, database.url, maxBytes);
  }

  async #applied(): Promise<readonly string[] | null> {
    const database = await findDatabase(this.#home, this.#env);
    if (database.state === 'down') return null;
    return database.state === 'running' ? appliedMigrations(database.url) : [];
  }
}
