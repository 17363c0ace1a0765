import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startPostgres, stopPart, until } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from './connection.ts';
import { openReplay } from './replay.ts';

const SCHEMA = 'CREATE TABLE a (id int PRIMARY KEY, name varchar(20))';
const PREVIOUS = { columns: { a: ['id', 'name'] }, queries: [] };

const home = mkdtempSync(join(tmpdir(), 'migration-server-'));
let url: string;
beforeAll(async () => {
  url = await startPostgres(home);
  await using admin = await Connection.open(url);
  await admin.ask(`CREATE TABLE precious (id int); INSERT INTO precious VALUES (1)`);
}, 60_000);
afterAll(async () => {
  await stopPart(home, 'postgres');
  rmSync(home, { recursive: true, force: true });
});

/** Everything on the server that a replay could leave behind or change. */
async function state(): Promise<unknown> {
  await using admin = await Connection.open(url);
  const { rows } =
    await admin.ask(`SELECT (SELECT json_agg(datname ORDER BY 1) FROM pg_database), (SELECT json_agg(rolname ORDER BY rolname) FROM pg_roles),
    (SELECT count(*) FROM pg_file_settings), (SELECT count(*) FROM precious),
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())`);
  return rows;
}

/** A process that opens a replay, has a migration in it, and says so; `then` is what it does next. */
function replaying(database: string | undefined): ReturnType<typeof spawn> {
  const script = `
    import { openReplay } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'replay.ts')).href)};
    const replay = await openReplay(${JSON.stringify(database === undefined ? {} : { url: database })});
    await replay.run(${JSON.stringify({ sql: 'SELECT 1', schema: SCHEMA, previous: PREVIOUS, transaction: 'none' })});
    console.log('ran');
    await replay.run(${JSON.stringify({ sql: 'SELECT pg_sleep(14)', schema: SCHEMA, previous: PREVIOUS, transaction: 'none' })});`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ranIn(child: ReturnType<typeof spawn>): Promise<void> {
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('exit', () => {
      reject(new Error('it ended before it ran'));
    });
  });
}

const endOf = (child: ReturnType<typeof spawn>): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) =>
    child.once('exit', (_, signal) => {
      resolve(signal);
    }),
  );

describe('a server of somebody else', () => {
  it('MIG-33: is as it was when the replay is closed, whatever the SQL of a case does', async () => {
    const before = await state();
    await using replay = await openReplay({ url });
    const hostile = [
      'DROP DATABASE devplatform',
      'DROP DATABASE devplatform WITH (FORCE)',
      `COPY a TO PROGRAM 'touch ${home}/owned'`,
      `COPY (SELECT 1) TO '${home}/owned'`,
      `ALTER SYSTEM SET work_mem = '1GB'`,
      'CREATE ROLE intruder SUPERUSER LOGIN',
      'ALTER ROLE CURRENT_USER SUPERUSER',
      'SET SESSION AUTHORIZATION devplatform',
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity',
      `ALTER ROLE CURRENT_USER PASSWORD 'mine'; ALTER ROLE CURRENT_USER SET statement_timeout = 1`,
      `DO $$ DECLARE name text; BEGIN FOR name IN SELECT datname FROM pg_database WHERE datname LIKE 'migration%' LOOP
        EXECUTE 'ALTER DATABASE ' || name || ' CONNECTION LIMIT 0'; END LOOP; END $$`,
    ];
    for (const sql of hostile) {
      const { verdict } = await replay.run({ sql, schema: SCHEMA, previous: PREVIOUS, transaction: 'none' });
      expect([sql, verdict]).toEqual([sql, expect.stringMatching('^un')]);
    }
    const { verdict } = await replay.run({ sql: 'ALTER TABLE a ADD b int', schema: SCHEMA, previous: PREVIOUS, transaction: 'none' });
    expect(verdict).toBe('safe');
    await replay[Symbol.asyncDispose]();
    expect(existsSync(join(home, 'owned'))).toBe(false);
    expect(await state()).toEqual(before);
  }, 120_000);

  it('MIG-34: is as it was after Ctrl-C, and after a kill as soon as the next replay opens', async () => {
    const before = await state();
    const interrupted = replaying(url);
    await ranIn(interrupted);
    expect(await state()).not.toEqual(before);
    interrupted.kill('SIGINT');
    expect(await endOf(interrupted)).toBe('SIGINT');
    expect(await state()).toEqual(before);

    const alive = await openReplay({ url });
    const beside = await state();
    const killed = replaying(url);
    await ranIn(killed);
    killed.kill('SIGKILL');
    await endOf(killed);
    await until(
      async () => {
        await (await openReplay({ url }))[Symbol.asyncDispose]();
        return JSON.stringify(await state()) === JSON.stringify(beside);
      },
      { what: 'the server to be as it was', deadlineMs: 30_000 },
    );
    await alive[Symbol.asyncDispose]();
    expect(await state()).toEqual(before);
  }, 120_000);

  it('MIG-35: is only read for a comparison, which names what is missing or other', async () => {
    await using admin = await Connection.open(url);
    await admin.ask('CREATE TABLE people (id int PRIMARY KEY, name text, age int NOT NULL, besides text)');
    await using replay = await openReplay({ url });
    const people = 'CREATE TABLE people (id int PRIMARY KEY, name varchar(20), age int, email text)';
    expect(await replay.compareSchema(url, `${people}; CREATE TABLE orders (id int)`)).toEqual([
      'Column "public"."people".name is text, not character varying(20).',
      'Column "public"."people".age is NOT NULL, not nullable.',
      'Column "public"."people".email is missing.',
      'Table "public"."orders" is missing.',
    ]);
    expect(await replay.compareSchema(url, 'CREATE TABLE people (id int PRIMARY KEY, name text)')).toEqual([]);
  }, 60_000);
});

describe('the embedded PostgreSQL', () => {
  it('MIG-34: ends, and its folder goes, when the process is killed', async () => {
    const folders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('migration-replay-'));
    const before = folders();
    const child = replaying(undefined);
    await ranIn(child);
    const made = folders().filter((name) => !before.includes(name));
    expect(made.length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await endOf(child);
    await until(() => made.some((name) => !folders().includes(name)), { what: 'the folder to go', deadlineMs: 30_000 });
  }, 90_000);
});
