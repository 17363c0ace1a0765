import type { Slot } from '@devplatform/contracts';
import type { DeploymentRecord, Environment, Release } from '@devplatform/rollout-engine';

export interface Artifact {
  /** Files that a slot starts and that are not there. */
  readonly missing: readonly string[];
  /** Computed now, over all files that are there. */
  readonly digest: string;
}

/** Bytes. */
export interface Room {
  readonly freeMemory: number;
  readonly freeDisk: number;
  /** Resident memory of the slot that runs beside the new one; null: none does, or it cannot be measured. */
  readonly runningSlot: number | null;
  /** Resident memory of what runs in the slot that is deployed to: it ends before the new release starts. */
  readonly replacedSlot: number;
}

export type Rehearsal =
  | { readonly outcome: 'applied'; readonly migrations: readonly string[]; readonly rows: number; readonly ms: number }
  /** A migration does not run on this data. */
  | { readonly outcome: 'failed'; readonly reason: string }
  /** Nobody can tell: there is no copy to run them on. */
  | { readonly outcome: 'impossible'; readonly reason: string };

/** What the migration checker says of a release on top of the one that runs. */
export type MigrationJudgement =
  | {
      readonly outcome: 'safe';
      /** Why something may go, and who answers for what. */
      readonly remarks: readonly string[];
      /** Contract steps: the deployment leaves them until no other release runs. */
      readonly left: readonly string[];
    }
  /** `unknown`: nobody can tell, which is no reason to let it pass. */
  | { readonly outcome: 'unsafe' | 'unknown'; readonly reasons: readonly string[]; readonly left: readonly string[] };

/** What the preflight gate asks of the place where it deploys. Each may throw, and what depends on it is then unknown. */
export interface PreflightFacts {
  release(tag: string): Promise<Release>;
  /** Names of the release's migrations that the database has not got, oldest first; null: the database does not run. */
  pending(release: Release): Promise<readonly string[] | null>;
  /** What is pending, against the release with the tag `running`. */
  judgeMigrations(release: Release, running: string): Promise<MigrationJudgement>;
  artifact(release: Release): Promise<Artifact>;
  room(to: Slot): Promise<Room>;
  environment(): Promise<Environment>;
  /** The deployment log, oldest first. */
  history(): Promise<readonly DeploymentRecord[]>;
  /** Runs the pending migrations on a copy of the data, which is gone when this returns. */
  rehearse(release: Release, maxBytes: number): Promise<Rehearsal>;
}
