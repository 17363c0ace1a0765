import type { QueryRunner } from 'typeorm';
import { z } from 'zod';
import { rowsOf } from './rows.ts';

/** What a migration declares as `batches` (migrations/phase.ts). */
export const Batches = z.object({
  table: z.string().min(1),
  key: z.string().min(1),
  statement: z.string().min(1),
  size: z.int().min(1).max(100_000).default(1000),
});
export type Batches = z.infer<typeof Batches>;

/** How far a backfill has come; a row of its own for each that has begun and not ended. Keys are text, so that any type fits. */
const TABLE = `
  CREATE TABLE IF NOT EXISTS migration_progress (
    name text PRIMARY KEY,
    last_key text NOT NULL,
    done bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now())`;

const KEEP = `
  INSERT INTO migration_progress (name, last_key, done) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET last_key = excluded.last_key, done = excluded.done, at = now()`;

/**
 * Runs the statement on all rows, batch by batch in the order of the key. A batch and the note that it is done are one transaction, so whoever
 * comes after a crash goes on after the last batch that was committed. `patient` runs one transaction and may run it again.
 */
export async function backfill(
  runner: QueryRunner,
  name: string,
  { table, key, statement, size }: Batches,
  { patient, onProgress }: { readonly patient: (work: () => Promise<void>) => Promise<void>; readonly onProgress: (done: number) => void },
): Promise<void> {
  await runner.query(TABLE);
  const [known] = await rowsOf<{ last_key: string; done: string }>(
    runner,
    'SELECT last_key, done FROM migration_progress WHERE name = $1',
    [name],
  );
  let last = known?.last_key ?? null;
  let done = Number(known?.done ?? 0);
  if (last !== null) onProgress(done);
  for (;;) {
    const after = last === null ? '' : `WHERE batch.${key} > $1 `;
    // Ordered by the column and not by its text, also where the column is called like the result.
    const page = `SELECT batch.${key}::text AS key FROM ${table} AS batch ${after}ORDER BY batch.${key} LIMIT ${size}`;
    const keys = (await rowsOf<{ key: string }>(runner, page, last === null ? [] : [last])).map((row) => row.key);
    const end = keys.at(-1);
    if (end === undefined) return;
    await patient(async () => {
      await runner.query(statement, [keys]);
      await runner.query(KEEP, [name, end, done + keys.length]);
    });
    last = end;
    done += keys.length;
    onProgress(done);
  }
}

/** In the transaction that says that the migration is applied. */
export async function forgetProgress(runner: QueryRunner, name: string): Promise<void> {
  await runner.query('DELETE FROM migration_progress WHERE name = $1', [name]);
}
