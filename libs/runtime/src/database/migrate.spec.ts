import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { startPostgres, stopParts } from '@devplatform/embedded';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { assertNotFenced, FencedError } from './fence.ts';
import type { Blocker } from './lock-wait.ts';
import { migrate } from './migrate.ts';

let home = '';
let url = '';
let admin: Client;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'migrate-'));
  url = await startPostgres(home);
  admin = await connected();
}, 60_000);
afterAll(async () => {
  await admin.end();
  await stopParts(home);
  rmSync(home, { recursive: true, force: true });
}, 60_000);
beforeEach(() => admin.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));

async function connected(application = 'spec'): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: application });
  await client.connect();
  return client;
}

const migration = (
  number: number,
  up: string | ((runner: QueryRunner) => Promise<unknown>),
  declared: object = {},
): new () => MigrationInterface =>
  class {
    readonly name = `Step${1_764_000_000_000 + number}`;

    constructor() {
      Object.assign(this, declared);
    }

    async up(runner: QueryRunner): Promise<void> {
      await (typeof up === 'string' ? runner.query(up) : up(runner));
    }

    down(): Promise<void> {
      return Promise.resolve();
    }
  };
const name = (number: number): string => `Step${1_764_000_000_000 + number}`;
const rows = async <T>(sql: string): Promise<T[]> => (await admin.query(sql)).rows as T[];
const applied = async (): Promise<string[]> =>
  (await rows<{ name: string }>('SELECT name FROM migrations ORDER BY id')).map((row) => row.name);
const NOTES = migration(1, 'CREATE TABLE note (id int PRIMARY KEY, text text)');
const HASTY = { lockTimeoutMs: 200, pauseMs: 50 };

describe('migrate', () => {
  it('MIG-75: lets the queue go while a table is locked, says who holds it, and applies the migration when it is free', async () => {
    await migrate(url, [NOTES]);
    const [holder, reader] = await Promise.all([connected('backend-blue'), connected()]);
    await holder.query('BEGIN; LOCK TABLE note IN ACCESS SHARE MODE');
    const seen: (readonly Blocker[])[] = [];
    let passed = 0;
    const all = [NOTES, migration(2, 'ALTER TABLE note ADD COLUMN title text')];
    const waiting = (_: string, attempt: number, blockers: readonly Blocker[]): void => {
      seen.push(blockers);
      // Whoever queued behind the ALTER gets through between two attempts.
      void reader.query('SELECT FROM note').then(() => (passed += 1));
      if (attempt === 3) void holder.query('COMMIT');
    };
    expect(await migrate(url, all, { waiting }, { ...HASTY, attempts: 20 })).toEqual([name(2)]);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen[0]).toEqual([
      {
        ...{ pid: expect.any(Number), application: 'backend-blue', state: 'idle in transaction' },
        forSeconds: expect.any(Number),
        query: expect.stringContaining('LOCK TABLE note'),
      },
    ]);
    await Promise.all([holder.end(), reader.query('SELECT FROM note')]);
    expect(passed).toBe(seen.length);
    await reader.end();
  });

  it('MIG-75: gives up after so many attempts, says who was in the way, and leaves nothing behind', async () => {
    await migrate(url, [NOTES]);
    const holder = await connected('worker-green');
    await holder.query('BEGIN; SELECT FROM note');
    const bad = migration(2, async (runner) => {
      await runner.query('CREATE TABLE half (n int)');
      await runner.query('ALTER TABLE note ADD COLUMN title text');
    });
    await expect(migrate(url, [NOTES, bad], {}, { ...HASTY, attempts: 2 })).rejects.toThrow(
      /Step1764000000002 failed and was rolled back.*not free in 2 attempts; it is held by worker-green \(pid \d+, idle in transaction for \d+ s: BEGIN; SELECT FROM note\)/,
    );
    expect(await rows(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    expect(await applied()).toEqual([name(1)]);
    await holder.end();
  });

  it('MIG-75: outside of a transaction it tries the one statement again, not those that are committed', async () => {
    await migrate(url, [NOTES]);
    const holder = await connected();
    await holder.query('BEGIN; LOCK TABLE note IN ROW EXCLUSIVE MODE');
    const waiting = (_: string, attempt: number): void => void (attempt === 2 && holder.query('COMMIT'));
    const statements = migration(
      2,
      async (runner) => {
        await runner.query('CREATE TABLE once (n int)');
        await runner.query('ALTER TABLE note ADD COLUMN title text');
      },
      { transaction: false },
    );
    expect(await migrate(url, [NOTES, statements], { waiting }, { ...HASTY, attempts: 20 })).toEqual([name(2)]);
    await holder.end();
  });

  it('MIG-75: CONCURRENTLY, behind which nobody queues, waits as long as it takes', async () => {
    await migrate(url, [NOTES]);
    const holder = await connected();
    await holder.query('BEGIN; LOCK TABLE note IN ROW EXCLUSIVE MODE');
    const index = migration(2, 'CREATE INDEX CONCURRENTLY note_text ON note (text)', { transaction: false });
    const indexing = migrate(url, [NOTES, index], {}, { ...HASTY, attempts: 1 });
    await waitsFor('CREATE INDEX CONCURRENTLY', 2 * HASTY.lockTimeoutMs);
    await holder.query('COMMIT');
    expect(await indexing).toEqual([name(2)]);
    await holder.end();
  });

  it('MIG-76: a statement in a transaction has a limit', async () => {
    const slow = migration(1, 'SELECT pg_sleep(10)');
    await expect(migrate(url, [slow], {}, { statementTimeoutMs: 100 })).rejects.toThrow('statement timeout');
    const byItself = migration(1, 'SELECT pg_sleep(10)', { transaction: false });
    await expect(migrate(url, [byItself], {}, { longStatementTimeoutMs: 100 })).rejects.toThrow('statement timeout');
  });

  it('MIG-76: two runners at once apply each migration once', async () => {
    const all = [1, 2, 3].map((n) => migration(n, `CREATE TABLE t${n} (n int)`));
    const both = await Promise.all([migrate(url, all), migrate(url, all)]);
    expect(both.map(({ length }) => length).sort()).toEqual([0, 3]);
    expect(await applied()).toEqual([name(1), name(2), name(3)]);
  });
});

/** Until some connection waits for a lock with this statement, and began it so many milliseconds ago. */
async function waitsFor(statement: string, sinceMs = 0): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE $1 AND clock_timestamp() - query_start > $2 * interval '1 millisecond'`;
  for (;;) if ((await admin.query(waiting, [`${statement}%`, sinceMs])).rowCount === 1) return;
}

const FILL = {
  table: 'note',
  key: 'id',
  statement: `UPDATE note SET title = left(text, 3) WHERE id = ANY ($1) AND title IS NULL`,
  size: 10,
};
const filled = async (): Promise<number> => Number((await rows<{ count: string }>('SELECT count(title) FROM note'))[0]?.count);

describe('a backfill in batches', () => {
  const backfill = migration(2, 'SELECT 1', { phase: 'backfill', batches: FILL });
  beforeEach(async () => {
    await migrate(url, [NOTES]);
    await admin.query(`ALTER TABLE note ADD COLUMN title text; INSERT INTO note SELECT n, 'text ' || n FROM generate_series(1, 95) n`);
  });

  it('MIG-77: does every row, each batch in a transaction of its own, says how far it is, and leaves no note', async () => {
    const progress: number[] = [];
    await migrate(url, [NOTES, backfill], { progress: (_, done) => progress.push(done) });
    expect(progress).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
    expect(await filled()).toBe(95);
    expect(await rows('SELECT * FROM migration_progress')).toEqual([]);
    const [{ transactions }] = (await rows<{ transactions: number }>(
      'SELECT count(DISTINCT xmin::text)::int AS transactions FROM note',
    )) as [{ transactions: number }];
    expect(transactions).toBe(10);
  });

  it('MIG-77: killed in the middle, it goes on after the last batch that was committed', async () => {
    // The row that the fifth batch needs is locked: the process stands there when it is killed.
    const holder = await connected();
    await holder.query('BEGIN; SELECT FROM note WHERE id = 45 FOR UPDATE');
    const child = runner(FILL);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    for await (const line of lines) if (line === '40') break;
    await waitsFor('UPDATE note SET title');
    child.kill('SIGKILL');
    await once(child, 'close');
    await holder.query('ROLLBACK');
    await holder.end();
    await gone('devplatform-migrate');
    expect(await filled()).toBe(40);
    expect(await applied()).toEqual([name(1)]);
    // What a batch had done before is not done again.
    await admin.query('UPDATE note SET title = NULL WHERE id <= 10');
    const progress: number[] = [];
    expect(await migrate(url, [NOTES, backfill], { progress: (_, done) => progress.push(done) })).toEqual([name(2)]);
    expect(progress).toEqual([40, 50, 60, 70, 80, 90, 95]);
    expect(await filled()).toBe(85);
  }, 30_000);

  it('MIG-77: a batch that waits for a row gives up and is tried again; one that fails keeps those before it', async () => {
    const holder = await connected();
    await holder.query('BEGIN; SELECT FROM note WHERE id = 15 FOR UPDATE');
    const waiting = (): void => void holder.query('COMMIT');
    await migrate(url, [NOTES, backfill], { waiting }, HASTY);
    expect(await filled()).toBe(95);
    const bad = { ...FILL, statement: `UPDATE note SET title = (1 / (id - 31))::text WHERE id = ANY ($1)` };
    const failing = migrate(url, [NOTES, backfill, migration(3, 'SELECT 1', { phase: 'backfill', batches: bad })]);
    await expect(failing).rejects.toThrow(/batches that were committed stay.*division by zero/);
    expect(await rows('SELECT last_key, done FROM migration_progress')).toEqual([{ last_key: '30', done: '30' }]);
    await holder.end();
  });

  it('MIG-77: goes in the order of the key whatever its type', async () => {
    await admin.query(
      'CREATE TABLE word (w uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int); INSERT INTO word (n) SELECT n FROM generate_series(1, 25) n',
    );
    const batches = { table: 'word', key: 'w', statement: 'UPDATE word SET n = -n WHERE w = ANY ($1)', size: 10 };
    await migrate(url, [NOTES, migration(2, 'SELECT 1', { batches })]);
    expect(await rows('SELECT count(*)::int FROM word WHERE n < 0')).toEqual([{ count: 25 }]);
  });

  it('MIG-77: and not of its text, whatever the key is called', async () => {
    await admin.query(
      'CREATE TABLE setting (key bigint PRIMARY KEY, n int); INSERT INTO setting SELECT n, n FROM generate_series(1, 25) n',
    );
    const batches = { table: 'setting', key: 'key', statement: 'UPDATE setting SET n = -n WHERE key = ANY ($1)', size: 10 };
    const progress: number[] = [];
    await migrate(url, [NOTES, migration(2, 'SELECT 1', { batches })], { progress: (_, done) => progress.push(done) });
    expect(progress).toEqual([10, 20, 25]);
    expect(await rows('SELECT count(*)::int FROM setting WHERE n < 0')).toEqual([{ count: 25 }]);
  });
});

/** A process of its own that migrates, and prints how far it is. */
function runner(batches: object): ChildProcess {
  const program = join(home, 'runner.mts');
  writeFileSync(
    program,
    `import { migrate } from ${JSON.stringify(pathToFileURL(join(__dirname, 'migrate.ts')).href)};
     class Notes { name = '${name(1)}'; async up() {} async down() {} }
     class Fill { name = '${name(2)}'; batches = ${JSON.stringify(batches)}; async up() {} async down() {} }
     await migrate(${JSON.stringify(url)}, [Notes, Fill], { progress: (_, done) => console.log(done) }, { lockTimeoutMs: 60000 });`,
  );
  return spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Until PostgreSQL has noticed that it is alone. */
async function gone(application: string): Promise<void> {
  for (;;) if ((await admin.query('SELECT FROM pg_stat_activity WHERE application_name = $1', [application])).rowCount === 0) return;
}

describe('contract steps', () => {
  const DROP = migration(2, 'ALTER TABLE note DROP COLUMN text', { phase: 'contract' });
  const ADD = migration(3, 'ALTER TABLE note ADD COLUMN title text', { phase: 'expand' });
  const columns = async (): Promise<string[]> =>
    (
      await rows<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'note'::regclass AND attnum > 0 AND NOT attisdropped`,
      )
    ).map((row) => row.name);

  it('MIG-78: are left by a deployment and said, until they are asked for', async () => {
    await migrate(url, [NOTES]);
    const left: unknown[] = [];
    const all = [NOTES, DROP, ADD];
    expect(await migrate(url, all, { left: (names) => left.push(names) }, { contract: 'leave', release: '1.4.0' })).toEqual([name(3)]);
    expect(left).toEqual([[name(2)]]);
    expect(await columns()).toEqual(['id', 'text', 'title']);
    await assertNotFenced(url, '1.3.0');
    expect(await migrate(url, all, {}, { contract: 'apply', release: '1.4.0' })).toEqual([name(2)]);
    expect(await columns()).toEqual(['id', 'title']);
  });

  it('MIG-78: a database on which no release has run gets them at once, in their order', async () => {
    expect(await migrate(url, [NOTES, DROP, ADD], {}, { contract: 'leave', release: '1.4.0' })).toEqual([name(1), name(2), name(3)]);
  });

  it('MIG-79: keep older releases from starting, by the transaction that takes something away', async () => {
    await migrate(url, [NOTES, DROP], {}, { release: '1.4.0' });
    const refused = assertNotFenced(url, '1.3.0');
    await expect(refused).rejects.toThrow(FencedError);
    await expect(refused).rejects.toThrow(
      `Release 1.3.0 cannot run on this database any more: ${name(2)} took away what it needs, and from then on 1.4.0`,
    );
    await assertNotFenced(url, '1.4.0');
    await assertNotFenced(url, '1.10.0');
  });

  it('MIG-79: say themselves which release survives them, never lower a fence, and raise none where they fail', async () => {
    const drop = (n: number, table: string, needs?: string): ReturnType<typeof migration> =>
      migration(n, `DROP TABLE ${table}`, { phase: 'contract', needs });
    const tables = migration(1, 'CREATE TABLE a (n int); CREATE TABLE b (n int); CREATE TABLE c (n int)');
    await migrate(url, [tables, drop(2, 'a', '1.3.0')], {}, { release: '1.4.0' });
    await assertNotFenced(url, '1.3.0');
    await expect(assertNotFenced(url, '1.2.0')).rejects.toThrow('1.3.0 is the oldest');
    await migrate(url, [tables, drop(2, 'a'), drop(3, 'b', '1.1.0')], {}, { release: '1.4.0' });
    await expect(assertNotFenced(url, '1.2.0')).rejects.toThrow('1.3.0 is the oldest');
    await expect(migrate(url, [tables, drop(2, 'a'), drop(3, 'b'), drop(4, 'missing')], {}, { release: '1.9.0' })).rejects.toThrow(
      'rolled back',
    );
    await assertNotFenced(url, '1.3.0');
  });

  it('MIG-79: a database without a fence keeps nobody out, and one that is away is not taken for it', async () => {
    await assertNotFenced(url, '0.0.1');
    const away = new URL(url);
    away.port = '1';
    await expect(assertNotFenced(away.href, '1.4.0')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
