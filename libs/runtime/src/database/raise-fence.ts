import { isOlder } from '@devplatform/contracts';
import type { QueryRunner } from 'typeorm';
import type { Fence } from './fence.ts';
import { rowsOf } from './rows.ts';

const TABLE = `
  CREATE TABLE IF NOT EXISTS release_fence (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    minimum text NOT NULL,
    migration text NOT NULL,
    at timestamptz NOT NULL DEFAULT now())`;

/** Keeps releases older than `minimum` from starting; a fence that is higher already stays. In the transaction of the contract step. */
export async function raiseFence(runner: QueryRunner, fence: Fence): Promise<void> {
  await runner.query(TABLE);
  const [now] = await rowsOf<Fence>(runner, 'SELECT minimum, migration FROM release_fence FOR UPDATE');
  if (now !== undefined && isOlder(fence.minimum, now.minimum)) return;
  await runner.query(
    `INSERT INTO release_fence (minimum, migration) VALUES ($1, $2)
     ON CONFLICT (one) DO UPDATE SET minimum = excluded.minimum, migration = excluded.migration, at = now()`,
    [fence.minimum, fence.migration],
  );
}
