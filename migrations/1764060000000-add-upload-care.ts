import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Phased } from './phase.ts';

/**
 * Whether the parts of an upload come with checksums (the store is told before the first part, and every part has to agree), and
 * a note for the store's clean-up in the transaction of whatever deletes an upload or a model version: by a trigger, so
 * that no cascade and no release can forget it.
 */
export class AddUploadCare1764060000000 implements MigrationInterface, Phased {
  readonly name = 'AddUploadCare1764060000000';
  readonly phase = 'expand';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER model_version_deleted ON model_version');
    await runner.query('DROP TRIGGER upload_deleted ON upload');
    await runner.query('DROP FUNCTION note_derived_objects, note_uploaded_object');
    await runner.query('DROP INDEX upload_unfinished');
    await runner.query('ALTER TABLE upload DROP COLUMN part_checksums');
  }
}

const STATEMENTS = [
  `ALTER TABLE upload ADD COLUMN part_checksums boolean NOT NULL DEFAULT false`,
  `CREATE INDEX upload_unfinished ON upload (updated_at) WHERE status IN ('open', 'completing', 'stored')`,
  `CREATE FUNCTION note_uploaded_object() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     INSERT INTO object_removal (key, s3_upload_id) VALUES (OLD.object_key, OLD.s3_upload_id)
     ON CONFLICT (key) DO UPDATE SET s3_upload_id = excluded.s3_upload_id;
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER upload_deleted AFTER DELETE ON upload FOR EACH ROW EXECUTE FUNCTION note_uploaded_object()`,
  // Where derived files lie: apps/worker/src/model-processing/thread/stored-model.ts.
  `CREATE FUNCTION note_derived_objects() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     INSERT INTO object_removal (key) VALUES ('derived/' || OLD.sha256 || '/') ON CONFLICT (key) DO UPDATE SET at = now();
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER model_version_deleted AFTER DELETE ON model_version FOR EACH ROW EXECUTE FUNCTION note_derived_objects()`,
];
