import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Release } from '@devplatform/rollout-engine';
import { startPostgres, stopPart } from '@devplatform/embedded';
import { appliedMigrations, withClient } from './database.ts';
import { runMigrations } from './migration.ts';
import { writeRelease } from './spec-support/stub-release.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';
import { LocalSurvey } from './survey.ts';

const ROWS = 2500;
const CREATE = `
  CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, twice text GENERATED ALWAYS AS (name || name) STORED);
  CREATE TABLE child (id uuid PRIMARY KEY, parent int NOT NULL REFERENCES parent, body bytea, at timestamptz, tags jsonb, "order" int[])`;

/** A release whose migrator runs these statements by name, as the platform's own does. */
function release(folder: string, tag: string, migrations: Readonly<Record<string, string>>): Release {
  const migrator = `
    const { Client } = require(${JSON.stringify(require.resolve('pg'))});
    const all = ${JSON.stringify(migrations)};
    (async () => {
      const client = new Client({ connectionString: process.env.DATABASE_URL });
      await client.connect();
      await client.query('CREATE TABLE IF NOT EXISTS migrations (id serial, name text)');
      const { rows } = await client.query('SELECT name FROM migrations');
      for (const [name, sql] of Object.entries(all).filter(([name]) => !rows.some((row) => row.name === name))) {
        await client.query(sql);
        await client.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
        console.log(JSON.stringify({ applied: name }));
      }
      await client.end();
    })().catch((error) => { console.log(JSON.stringify({ error: error.message })); process.exit(1); });`;
  const written = { ...writeRelease(folder, tag, { 'backend/migrate.js': migrator }), migrations: Object.keys(migrations) };
  writeFileSync(join(folder, tag, 'release.json'), JSON.stringify(written));
  return written;
}

const home = new TemporaryFolder();
const built = new TemporaryFolder();
const survey = new LocalSurvey({ home: home.path, releasesDir: built.path, env: {} });
let url: string;
let old: Release;
let pendingBefore: readonly string[] | null;

beforeAll(async () => {
  old = release(built.path, 'v1.0.0', { Create1: CREATE });
  pendingBefore = await survey.pending(old);
  url = await startPostgres(home.path);
  await runMigrations(old, join(built.path, 'v1.0.0'), url);
  await withClient(url, async (client) => {
    await client.query(`INSERT INTO parent (name) SELECT 'name ' || n FROM generate_series(1, ${ROWS}) n`);
    await client.query(`
      INSERT INTO child SELECT gen_random_uuid(), id, decode(md5(name), 'hex'), now(), jsonb_build_object('"', name), ARRAY[id, NULL] FROM parent`);
  });
}, 60_000);

afterAll(async () => {
  await stopPart(home.path, 'postgres');
  home[Symbol.dispose]();
  built[Symbol.dispose]();
});

const databases = (): Promise<number> =>
  withClient(url, async (client) => (await client.query('SELECT FROM pg_database WHERE NOT datistemplate')).rowCount ?? 0);

describe('what is pending', () => {
  it('PRE-8: is everything before there is a database, and nothing once all of it ran', async () => {
    expect(pendingBefore).toEqual(['Create1']);
    expect(await survey.pending(old)).toEqual([]);
  });
});

describe('a rehearsal', () => {
  it('PRE-8: runs what is pending on every row there is, while others are connected, and leaves nothing behind', async () => {
    const before = await databases();
    // Fails unless each row arrived as it is, and the references hold.
    const next = release(built.path, 'v1.1.0', {
      Create1: CREATE,
      Check2: `DO $$ BEGIN
        ASSERT (SELECT count(*) FROM child JOIN parent ON child.parent = parent.id
          WHERE body = decode(md5(name), 'hex') AND tags ->> '"' = name AND twice = name || name AND "order" = ARRAY[parent, NULL] AND at <= now()) = ${ROWS};
      END $$`,
      Add3: 'ALTER TABLE child ADD COLUMN note text',
    });
    await withClient(url, async (user) => {
      await user.query('SELECT');
      expect(await survey.pending(next)).toEqual(['Check2', 'Add3']);
      expect(await survey.rehearse(next, Infinity)).toMatchObject({ outcome: 'applied', migrations: ['Check2', 'Add3'], rows: 2 * ROWS });
    });
    expect(await databases()).toBe(before);
    expect(await appliedMigrations(url)).toEqual(['Create1']);
  }, 60_000);

  it('PRE-8: says what does not run on this data, and leaves nothing behind', async () => {
    const before = await databases();
    const bad = release(built.path, 'v1.2.0', { Create1: CREATE, Narrow2: `ALTER TABLE parent ADD CHECK (name <> 'name 2500')` });
    expect(await survey.rehearse(bad, Infinity)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('is violated by some row'),
    });
    expect(await databases()).toBe(before);
  }, 60_000);

  it('PRE-8: says why there is no copy: too much data, or a schema that no release has', async () => {
    expect(await survey.rehearse(old, 1024)).toMatchObject({
      outcome: 'impossible',
      reason: expect.stringMatching(/^\d+ MB of data are more than/),
    });
    await withClient(url, (client) => client.query(`INSERT INTO migrations (name) VALUES ('Strange9')`));
    expect(await survey.rehearse(old, Infinity)).toMatchObject({
      outcome: 'impossible',
      reason: expect.stringContaining('no built release'),
    });
    await stopPart(home.path, 'postgres');
    expect(await survey.pending(old)).toBeNull();
    expect(await survey.rehearse(old, Infinity)).toEqual({ outcome: 'impossible', reason: 'the database does not run' });
  }, 60_000);
});
