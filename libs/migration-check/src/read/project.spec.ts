import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser } from '../sql/statement.ts';
import { judgeSuccession, type Succession } from './succession.ts';
import { projectCase, projectSuccessions } from './project.ts';
import type { RecordedMigration } from './recorded-migration.ts';

const ROOT = join(__dirname, '../../../..');

let successions: readonly Succession[] = [];
beforeAll(async () => {
  await loadParser();
  successions = await projectSuccessions(ROOT);
}, 30_000);

describe("this project's own migrations", () => {
  it('MIG-70: each release knows everything that it does with the database', () => {
    expect(successions.length).toBeGreaterThan(0);
    for (const { next, running } of successions) {
      for (const { unread, migrations, queries, columns } of [next, running]) {
        expect(unread).toEqual([]);
        expect(migrations.flatMap(({ gaps }) => gaps)).toEqual([]);
        expect(migrations.every(({ phase, down }) => phase !== null && down !== null)).toBe(true);
        expect(queries.length).toBeGreaterThan(50);
        expect(Object.keys(columns)).toContain('annotation');
      }
    }
  });

  it('MIG-70: are safe, each against the release before it', () => {
    for (const succession of successions) expect(judgeSuccession(succession)).toMatchObject({ verdict: 'safe', findings: [] });
  });

  it.each([
    ['what an entity maps', 'ALTER TABLE annotation DROP COLUMN body'],
    ['what only a query of the backend reads', 'ALTER TABLE scene_update RENAME COLUMN seq TO place'],
    ['what only a query of the worker writes', 'ALTER TABLE processing_task DROP COLUMN effects'],
    ['what an INSERT of an entity does not name', 'ALTER TABLE upload ADD COLUMN kind text NOT NULL'],
    ['what an upsert needs', 'ALTER TABLE project_member DROP CONSTRAINT project_member_pkey'],
    [
      'what a DELETE of an entity leaves behind',
      'CREATE TABLE late (project_id uuid NOT NULL REFERENCES project); INSERT INTO late SELECT id FROM project',
    ],
  ])('MIG-70: would not be safe if one took away %s', (_, up) => {
    const last = successions.at(-1);
    if (last === undefined) throw new Error('there is no succession');
    const bad: RecordedMigration = {
      name: 'Bad9999999999999',
      phase: 'expand',
      transaction: 'wrapped',
      up: `${up};\n`,
      down: null,
      gaps: [] as string[],
    };
    const report = judgeSuccession({ ...last, next: { ...last.next, migrations: [...last.next.migrations, bad] } });
    expect(report).toMatchObject({ verdict: 'unsafe', findings: expect.arrayContaining([expect.objectContaining({ source: bad.name })]) });
  });

  it('MIG-70: those of the newest release are what check-migrations judges without files', async () => {
    const { migrations, schema, unread } = await projectCase(ROOT);
    const { next, running } = successions.at(-1) ?? {};
    const before = running?.migrations.map(({ name }) => name) ?? [];
    expect(migrations.map(({ source }) => source)).toEqual(
      next?.migrations.map(({ name }) => name).filter((name) => !before.includes(name)),
    );
    expect(schema.length).toBeGreaterThan(0);
    expect(unread).toEqual([]);
  }, 30_000);
});
