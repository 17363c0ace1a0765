import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Phased } from './phase.ts';

/**
 * The ledger of a switch, which both slots write; how far a task has come, so that it can go on in the other slot; and
 * what is left to be deleted at the store.
 */
export class AddHandoverLedger1764050000000 implements MigrationInterface, Phased {
  readonly name = 'AddHandoverLedger1764050000000';
  readonly phase = 'expand';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE processing_task DROP COLUMN checkpoint`);
    await runner.query(`DROP TABLE object_removal, handover_item, handover`);
  }
}

const STATEMENTS = [
  `CREATE TABLE handover (
     id uuid PRIMARY KEY,
     from_slot text NOT NULL CHECK (from_slot IN ('blue', 'green')),
     to_slot text NOT NULL CHECK (to_slot IN ('blue', 'green')),
     counted jsonb NOT NULL,
     at timestamptz NOT NULL DEFAULT now())`,
  `CREATE INDEX handover_at ON handover (at)`,
  `CREATE TABLE handover_item (
     handover_id uuid NOT NULL REFERENCES handover ON DELETE CASCADE,
     kind text NOT NULL CHECK (kind IN ('socket', 'request', 'upload', 'job', 'page')),
     item text NOT NULL,
     session text,
     late boolean NOT NULL DEFAULT false,
     detail text NOT NULL DEFAULT '',
     outcome text CHECK (outcome IN ('moved', 'finished', 'left', 'gone', 'forced', 'doubled')),
     to_slot text,
     gap_ms int NOT NULL DEFAULT 0,
     retries int NOT NULL DEFAULT 0,
     at timestamptz NOT NULL DEFAULT now(),
     closed_at timestamptz,
     PRIMARY KEY (handover_id, kind, item))`,
  `CREATE INDEX handover_item_open ON handover_item (kind, item) WHERE outcome IS NULL`,
  `CREATE INDEX handover_item_session ON handover_item (handover_id, session) WHERE session IS NOT NULL`,
  `ALTER TABLE processing_task ADD COLUMN checkpoint jsonb`,
  `CREATE TABLE object_removal (
     key text PRIMARY KEY,
     s3_upload_id text,
     at timestamptz NOT NULL DEFAULT now())`,
];
