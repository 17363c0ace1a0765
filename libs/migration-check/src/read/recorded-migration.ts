import { z } from 'zod';
import { TransactionMode } from '../verdict.ts';

export const Phase = z.enum(['expand', 'backfill', 'contract']);
export type Phase = z.infer<typeof Phase>;

/** One migration as what it sends to PostgreSQL. */
export const RecordedMigration = z.strictObject({
  name: z.string(),
  /** What it says that it does to the release that still runs; null: it does not say. */
  phase: Phase.nullable(),
  transaction: TransactionMode,
  /** Its statements with parameters written out, each ended by `;` and a line break. Lines of findings count in here. */
  up: z.string(),
  /** Likewise, for review; null: it has no way back or refuses it. */
  down: z.string().nullable(),
  /** Why it may do something else on another database: rows that it looked at, questions that nobody answered, an error. */
  gaps: z.array(z.string()),
});
export type RecordedMigration = z.infer<typeof RecordedMigration>;
