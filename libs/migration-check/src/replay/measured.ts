import type { PreviousRelease } from '../previous/previous.ts';
import type { Axis, TransactionMode, Verdict } from '../verdict.ts';

/** One migration to be run. */
export interface ReplayCase {
  readonly sql: string;
  /** SQL that makes the schema before. */
  readonly schema: string;
  readonly previous: PreviousRelease;
  readonly transaction: TransactionMode;
}

/** Something that was seen to happen. */
export interface MeasuredFinding {
  readonly kind: Axis;
  /** `unknown`: PostgreSQL refused for a reason that says nothing about the migration, like a right that the replay does not give. */
  readonly verdict: 'unsafe' | 'unknown';
  /** The statement as written, at most 500 characters. */
  readonly statement: string;
  /** Counted from 1, in `sql`. */
  readonly line: number;
  readonly message: string;
}

export interface Measured {
  readonly verdict: Verdict;
  readonly findings: readonly MeasuredFinding[];
  readonly ms: number;
  /** The migration builds SQL while it runs (DO with EXECUTE and the like), so that one run is no proof for others. */
  readonly unreadable: boolean;
  /** What could not be looked at, like a table that took no rows. */
  readonly notes: readonly string[];
}
