import type { RuleName } from '../verdict.ts';

/** One way in which the previous release does not go on as before. */
export interface Breakage {
  readonly rule: RuleName;
  readonly verdict: 'unsafe' | 'unknown';
  /** What happens to it, with the query or the columns: `INSERT INTO … fails: null value in column "a"`. */
  readonly message: string;
  /** The safe way. */
  readonly rewrite: string;
}
