import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startPostgres, stopPart } from '@devplatform/embedded';
import { check, loadParser } from '@devplatform/migration-check';
import { makeMigration } from '@devplatform/migration-check/make';
import { migrate } from '@devplatform/runtime/database';
import { Client } from 'pg';
import type { MigrationInterface } from 'typeorm';

jest.setTimeout(60_000);

const home = mkdtempSync(join(tmpdir(), 'devplatform-making-'));
let server = '';
let client: Client;
let database = 0;
let timestamp = 1764200000000;

beforeAll(async () => {
  await loadParser();
  server = await startPostgres(home);
}, 60_000);
afterAll(async () => {
  await stopPart(home, 'postgres');
  rmSync(home, { recursive: true });
}, 60_000);
beforeEach(async () => {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE made_${(database += 1)}`);
  await admin.end();
  client = new Client({ connectionString: url() });
  await client.connect();
});
afterEach(async () => {
  await client.end();
});

const url = (): string => Object.assign(new URL(server), { pathname: `/made_${database}` }).href;

type MigrationClass = new () => MigrationInterface & { readonly phase: string };

/** The classes that were written into a folder of another project, in the order of their files. */
const made = (...words: readonly string[]): Promise<readonly MigrationClass[]> => madeIn(mkdtempSync(join(home, 'made-')), words);

/** Likewise, in the style of this one. */
function madeHere(...words: readonly string[]): Promise<readonly MigrationClass[]> {
  const folder = mkdtempSync(join(home, 'made-'));
  copyFileSync(join(import.meta.dirname, '../migrations/phase.ts'), join(folder, 'phase.ts'));
  return madeIn(folder, words);
}

async function madeIn(folder: string, words: readonly string[]): Promise<readonly MigrationClass[]> {
  const complaints: string[] = [];
  const code = await makeMigration([...words, '--timestamp', String((timestamp += 10))], {
    print: () => undefined,
    complain: (text) => complaints.push(text),
    ...{ workingDirectory: folder, migrations: folder, now: Date.now },
  });
  expect({ code, complaints }).toStrictEqual({ code: 0, complaints: [] });
  const modules = readdirSync(folder)
    .filter((name) => name !== 'phase.ts')
    .toSorted()
    .map((name) => import(join(folder, name)) as Promise<Record<string, MigrationClass>>);
  return (await Promise.all(modules)).flatMap((module) => Object.values(module));
}

/** What a migration sends, and how; without a database, so that a loop ends after its first round. */
async function sqlOf(Migration: MigrationClass): Promise<{ sql: string; transaction: 'wrapped' | 'none' }> {
  const sent: string[] = [];
  const migration = new Migration();
  const runner = {
    query: (sql: string) => {
      sent.push(sql);
      return Promise.resolve([[], 0]);
    },
  };
  await migration.up(runner as never);
  return { sql: sent.join(';\n'), transaction: migration.transaction === false ? 'none' : 'wrapped' };
}

const PROJECTS = `CREATE TABLE projects (id serial PRIMARY KEY, title text NOT NULL, size integer, owner text, code varchar(20))`;
const ROWS = `INSERT INTO projects (title, size, owner) SELECT 'project ' || n, n, CASE WHEN n % 2 = 0 THEN 'somebody' END FROM generate_series(1, 25000) n`;

const COLUMNS = `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'
  AND table_name <> 'migrations' ORDER BY 1, 2`;

const rows = async (sql: string): Promise<readonly unknown[]> => (await client.query<Record<string, unknown>>(sql)).rows;

describe('MIG-59: what make-migration writes runs on PostgreSQL, and the checker agrees with it', () => {
  beforeEach(async () => {
    await client.query(PROJECTS);
    await client.query(ROWS);
  });

  const previous = {
    columns: { projects: ['id', 'title', 'size', 'owner', 'code'] },
    queries: [`INSERT INTO projects (title, size, owner, code) VALUES ('a', 1, 'b', 'c')`],
  };

  it.each([
    [['add-column', 'projects.archived_at']],
    [['add-column', 'projects.archived', '--type', 'boolean', '--default', 'false', '--not-null']],
    [['add-table', 'audit_entry', '--column', 'what text NOT NULL']],
    [['add-index', 'projects.owner,size']],
    [['change-column-type', 'projects.code', '--from', 'varchar(20)', '--type', 'text']],
  ])('%j: safe for the release before, and leaves nothing behind on the way back', async (words) => {
    const before = await rows(COLUMNS);
    const classes = await made(...words);
    await migrate(url(), classes);
    expect(await rows('SELECT count(*)::int AS n FROM projects')).toStrictEqual([{ n: 25_000 }]);
    for (const Migration of classes) {
      expect(new Migration().phase).toBe('expand');
      expect(check({ ...(await sqlOf(Migration)), schema: PROJECTS, previous })).toStrictEqual({ verdict: 'safe', findings: [] });
    }
    const runner = { query: (sql: string) => client.query(sql) };
    const back = Promise.all(classes.map((Migration) => new Migration().down(runner as never)));
    // Longer values may have come since a widening.
    const refused = await back.then(() => null, String);
    expect([null, 'Error: Longer values may have been written since; narrowing reads the whole table.']).toContain(refused);
    expect(refused ?? (await rows(COLUMNS))).toStrictEqual(refused ?? before);
  });

  it('remove-column: too early for the release that maps it, right for the one after', async () => {
    const [expand, contract] = await made('remove-column', 'projects.title', '--default', `''`, '--type', 'text');
    if (expand === undefined || contract === undefined) throw new Error('two files');
    await migrate(url(), [expand]);
    await client.query(`INSERT INTO projects (size) VALUES (1)`);
    await migrate(url(), [expand, contract]);
    const later = { columns: { projects: ['id', 'size', 'owner', 'code'] }, queries: [] };
    const { sql, transaction } = await sqlOf(contract);
    expect(check({ ...(await sqlOf(expand)), schema: PROJECTS, previous }).verdict).toBe('safe');
    expect(check({ sql, transaction, schema: PROJECTS, previous }).verdict).toBe('unsafe');
    expect(check({ sql, transaction, schema: PROJECTS, previous: later }).verdict).toBe('safe');
  });

  it('rename-column: both releases read and write the same value until the old name goes', async () => {
    const [expand, fill, contract] = await made('rename-column', 'projects.title', 'name', '--type', 'text');
    if (expand === undefined || fill === undefined || contract === undefined) throw new Error('three files');
    await migrate(url(), [expand]);
    await client.query(`INSERT INTO projects (title) VALUES ('by the old one')`);
    await client.query(`INSERT INTO projects (name) VALUES ('by the new one')`);
    await client.query(`UPDATE projects SET title = 'old again' WHERE id = 1`);
    await client.query(`UPDATE projects SET name = 'new again' WHERE id = 2`);
    await client.query(`UPDATE projects SET size = 0 WHERE id = 3`);
    expect(await rows('SELECT title, name FROM projects WHERE id IN (1, 2, 3, 25001, 25002) ORDER BY id')).toStrictEqual(
      ['old again', 'new again', 'project 3', 'by the old one', 'by the new one'].map((name) => ({ title: name, name })),
    );
    await migrate(url(), [expand, fill]);
    expect(await rows('SELECT count(*)::int AS n FROM projects WHERE name IS DISTINCT FROM title')).toStrictEqual([{ n: 0 }]);
    await migrate(url(), [expand, fill, contract]);
    await client.query(`INSERT INTO projects (name) VALUES ('alone')`);
    expect(check({ ...(await sqlOf(expand)), schema: PROJECTS, previous })).toStrictEqual({ verdict: 'safe', findings: [] });
    const { sql: up, ...mode } = await sqlOf(fill);
    const between = `${PROJECTS};\n${(await sqlOf(expand)).sql}`;
    expect(check({ sql: up, ...mode, schema: between, previous })).toStrictEqual({ verdict: 'safe', findings: [] });
    const later = {
      columns: { projects: ['id', 'name', 'size', 'owner', 'code'] },
      queries: [`INSERT INTO projects (name, size, owner, code) VALUES ('a', 1, 'b', 'c')`, `UPDATE projects SET name = 'b' WHERE id = 1`],
    };
    expect(check({ ...(await sqlOf(contract)), schema: between, previous }).verdict).toBe('unsafe');
    expect(check({ ...(await sqlOf(contract)), schema: between, previous: later })).toStrictEqual({ verdict: 'safe', findings: [] });
    const runner = { query: (sql: string) => client.query(sql) };
    await new contract().down(runner as never);
    expect(await rows('SELECT count(title)::int AS n FROM projects')).toStrictEqual([{ n: 0 }]);
  });

  it('change-column-type: a value that does not come back through the cast stays as the new release wrote it', async () => {
    const [expand, fill] = await made('change-column-type', 'projects.size', '--from', 'integer', '--type', 'numeric(10,2)');
    if (expand === undefined || fill === undefined) throw new Error('three files');
    await migrate(url(), [expand, fill]);
    await client.query(`UPDATE projects SET size_numeric_10_2 = 7.25 WHERE id = 1`);
    await client.query(`UPDATE projects SET title = 'other' WHERE id IN (1, 2)`);
    expect(await rows('SELECT size, size_numeric_10_2 AS fresh FROM projects WHERE id IN (1, 2) ORDER BY id')).toStrictEqual([
      { size: 7, fresh: '7.25' },
      { size: 2, fresh: '2.00' },
    ]);
    expect(check({ ...(await sqlOf(expand)), schema: PROJECTS, previous })).toStrictEqual({ verdict: 'safe', findings: [] });
  });

  it('add-not-null: filled in batches, then required; too early for a release that writes nulls', async () => {
    const [fill, contract] = await made('add-not-null', 'projects.owner', '--fill', `'nobody'`);
    if (fill === undefined || contract === undefined) throw new Error('two files');
    await migrate(url(), [fill, contract]);
    expect(await rows(`SELECT count(*)::int AS n FROM projects WHERE owner = 'nobody'`)).toStrictEqual([{ n: 12_500 }]);
    expect(await rows(`SELECT attnotnull FROM pg_attribute WHERE attrelid = 'projects'::regclass AND attname = 'owner'`)).toStrictEqual([
      { attnotnull: true },
    ]);
    const writing = { columns: previous.columns, queries: [...previous.queries, `UPDATE projects SET owner = 'c' WHERE id = 1`] };
    const forgetful = { columns: previous.columns, queries: [`INSERT INTO projects (title) VALUES ('a')`] };
    expect(check({ ...(await sqlOf(contract)), schema: PROJECTS, previous: writing })).toStrictEqual({ verdict: 'safe', findings: [] });
    expect(check({ ...(await sqlOf(contract)), schema: PROJECTS, previous: forgetful }).verdict).toBe('unsafe');
  });

  it('declares batches where the runner knows them', async () => {
    const classes = await madeHere('rename-column', 'projects.title', 'name', '--type', 'text');
    await migrate(url(), classes.slice(0, 2));
    expect(await rows('SELECT count(*)::int AS n FROM projects WHERE name IS DISTINCT FROM title')).toStrictEqual([{ n: 0 }]);
    await migrate(url(), classes);
    expect(await rows('SELECT count(*)::int AS n FROM projects')).toStrictEqual([{ n: 25_000 }]);
  });

  it('a failed build of an index is no hindrance to the next', async () => {
    await client.query(`CREATE UNIQUE INDEX CONCURRENTLY projects_owner_key ON projects (owner)`).catch(() => undefined);
    expect(await rows(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'projects_owner_key'::regclass`)).toStrictEqual([
      { indisvalid: false },
    ]);
    await client.query(`UPDATE projects SET owner = id::text`);
    await migrate(url(), await made('add-index', 'projects.owner', '--unique'));
    expect(await rows(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'projects_owner_key'::regclass`)).toStrictEqual([
      { indisvalid: true },
    ]);
  });
});
