import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EntitySchema, EntitySchemaOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import { describeDatabase } from './describe-database.ts';
import { DatabaseManifest } from './manifest.ts';

const Note = new EntitySchema(
  Object.assign(new EntitySchemaOptions(), { name: 'note', columns: { id: { type: 'int', primary: true } } } as const),
);

class Create1764000000000 implements MigrationInterface {
  readonly name = 'Create1764000000000';
  readonly phase = 'expand';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE note (id int PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE note');
  }
}

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'describe-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('describeDatabase', () => {
  it('MIG-69: puts entities, queries and migrations of a release into a manifest, without a database', async () => {
    writeFileSync(
      join(root, 'main.ts'),
      `db.query('SELECT id FROM note'); db.query('SELECT minimum FROM release_fence'); db.query(process.argv[2]);`,
    );
    const manifest = await describeDatabase({
      ...{ project: 'ours', release: 'v1.0.0', root, entries: [join(root, 'main.ts')], elsewhere: ['release_fence'] },
      ...{ entities: [Note], migrations: [Create1764000000000] },
    });
    expect(DatabaseManifest.parse(manifest)).toEqual({
      ...{ format: 1, project: 'ours', release: 'v1.0.0', columns: { note: ['id'] } },
      queries: ['INSERT INTO "note" ("id") VALUES ($1)', 'UPDATE "note" SET "id" = $1 WHERE "id" = $2', 'SELECT id FROM note'],
      unread: ['main.ts:1: db.query(process.argv[2])'],
      migrations: [
        {
          ...{ name: 'Create1764000000000', phase: 'expand', transaction: 'wrapped', gaps: [] },
          ...{ up: 'CREATE TABLE note (id int PRIMARY KEY);\n', down: 'DROP TABLE note;\n' },
        },
      ],
    });
  });
});
