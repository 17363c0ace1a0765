import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Phased } from './phase.ts';

/** The schema of v1.2.0. */
export class CreatePlatform1764000000000 implements MigrationInterface, Phased {
  readonly name = 'CreatePlatform1764000000000';
  readonly phase = 'expand';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE slot_release, idempotency_key, processing_task, model_version, upload, model, annotation,
         scene_snapshot, scene_cursor, scene_update, scene, project_member, project, app_user`,
    );
  }
}

const STATEMENTS = [
  `CREATE TABLE app_user (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     email text NOT NULL UNIQUE CHECK (email = lower(email)),
     name text NOT NULL,
     password_hash text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE project (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     name text NOT NULL,
     description text NOT NULL DEFAULT '',
     visibility text NOT NULL DEFAULT 'private' CHECK (visibility IN ('public', 'private')),
     created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE INDEX project_listing ON project (created_at DESC, id DESC)`,
  `CREATE TABLE project_member (
     project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
     user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
     role text NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
     PRIMARY KEY (project_id, user_id))`,
  `CREATE INDEX project_member_user ON project_member (user_id)`,
  `CREATE TABLE scene (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
     name text NOT NULL,
     epoch uuid NOT NULL DEFAULT gen_random_uuid(),
     head_seq bigint NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE INDEX scene_project ON scene (project_id, created_at)`,
  `CREATE TABLE scene_update (
     scene_id uuid NOT NULL REFERENCES scene ON DELETE CASCADE,
     seq bigint NOT NULL,
     client_id uuid NOT NULL,
     cseq bigint NOT NULL,
     payload bytea NOT NULL,
     release text NOT NULL,
     slot text NOT NULL,
     at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (scene_id, seq),
     UNIQUE (scene_id, client_id, cseq))`,
  `CREATE TABLE scene_cursor (
     scene_id uuid NOT NULL REFERENCES scene ON DELETE CASCADE,
     client_id uuid NOT NULL,
     last_cseq bigint NOT NULL,
     PRIMARY KEY (scene_id, client_id))`,
  `CREATE TABLE scene_snapshot (
     scene_id uuid NOT NULL REFERENCES scene ON DELETE CASCADE,
     seq bigint NOT NULL,
     payload bytea NOT NULL,
     sha256 text NOT NULL,
     at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (scene_id, seq))`,
  `CREATE TABLE annotation (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
     scene_id uuid REFERENCES scene ON DELETE CASCADE,
     author_id uuid REFERENCES app_user ON DELETE SET NULL,
     body text NOT NULL,
     position double precision[] NOT NULL CHECK (array_length(position, 1) = 3),
     created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE INDEX annotation_project ON annotation (project_id, created_at DESC, id DESC)`,
  `CREATE TABLE model (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
     name text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE INDEX model_project ON model (project_id, created_at DESC, id DESC)`,
  `CREATE TABLE upload (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
     client_upload_id uuid NOT NULL,
     created_by uuid REFERENCES app_user ON DELETE SET NULL,
     file_name text NOT NULL,
     size bigint NOT NULL CHECK (size BETWEEN 1 AND 104857600),
     sha256 text NOT NULL,
     object_key text NOT NULL,
     s3_upload_id text,
     status text NOT NULL DEFAULT 'open'
       CHECK (status IN ('open', 'completing', 'stored', 'verifying', 'ready', 'rejected', 'aborted')),
     fence int NOT NULL DEFAULT 1,
     model_id uuid REFERENCES model ON DELETE SET NULL,
     error text,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (project_id, client_upload_id))`,
  `CREATE TABLE model_version (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     model_id uuid NOT NULL REFERENCES model ON DELETE CASCADE,
     number int NOT NULL,
     upload_id uuid NOT NULL UNIQUE REFERENCES upload ON DELETE CASCADE,
     file_name text NOT NULL,
     object_key text NOT NULL,
     size bigint NOT NULL,
     sha256 text NOT NULL,
     status text NOT NULL DEFAULT 'processing' CHECK (status IN ('processing', 'ready', 'rejected')),
     error text,
     result jsonb,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (model_id, number))`,
  `CREATE TABLE processing_task (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
     model_version_id uuid NOT NULL UNIQUE REFERENCES model_version ON DELETE CASCADE,
     contract int NOT NULL,
     status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'queued', 'running', 'done', 'failed')),
     progress int NOT NULL DEFAULT 0,
     step text,
     error text,
     result jsonb,
     effects int NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT now(),
     finished_at timestamptz)`,
  `CREATE INDEX processing_task_project ON processing_task (project_id, created_at DESC, id DESC)`,
  `CREATE INDEX processing_task_pending ON processing_task (created_at) WHERE status = 'pending'`,
  `CREATE TABLE idempotency_key (
     owner text NOT NULL,
     key text NOT NULL,
     request text NOT NULL,
     status int,
     body jsonb,
     at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (owner, key))`,
  `CREATE TABLE slot_release (
     slot text PRIMARY KEY CHECK (slot IN ('blue', 'green')),
     release text NOT NULL,
     contracts int[] NOT NULL,
     at timestamptz NOT NULL DEFAULT now())`,
];
