import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, stopParts } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import type { RecordedMigration } from './recorded-migration.ts';
import { recordMigrations } from './recording.ts';

type Work = (runner: QueryRunner) => Promise<unknown>;
interface Extra {
  readonly transaction?: boolean;
  readonly phase?: string;
  readonly batches?: object;
}

const migration = (up: Work, down: Work = () => Promise.resolve(), extra: Extra = {}): new () => MigrationInterface =>
  class {
    readonly name = 'Tested1764000000000';
    readonly up = up;
    readonly down = down;

    constructor() {
      Object.assign(this, extra);
    }
  };
const recorded = async (up: Work, down?: Work, extra?: Extra): Promise<RecordedMigration | undefined> =>
  (await recordMigrations([migration(up, down, extra)]))[0];

describe('recordMigrations', () => {
  it('MIG-60: sees generated, looped and conditional SQL as it was sent, with its parameters written out', async () => {
    const up = await recorded(async (runner) => {
      for (const name of ['a', 'b']) await runner.query(`ALTER TABLE t ADD COLUMN ${name} text;`);
      if (Math.abs(-1) === 1) await runner.query(`UPDATE t SET a = $2, b = '$1' WHERE n = $1 -- $2`, [7, `it's`]);
    });
    expect(up).toEqual({
      ...{ name: 'Tested1764000000000', phase: null, transaction: 'wrapped', down: null, gaps: [] },
      up: `ALTER TABLE t ADD COLUMN a text;\nALTER TABLE t ADD COLUMN b text;\nUPDATE t SET a = 'it''s', b = '$1' WHERE n = 7 -- $2\n;\n`,
    });
  });

  it('MIG-60: whatever way it leaves TypeORM: its connection, a second runner, its own transaction, a tagged template', async () => {
    const up = await recorded(async (runner) => {
      await runner.dataSource.query('SELECT 1');
      await runner.manager.query('SELECT 2');
      await runner.sql`SELECT ${3}::int`;
      const second = runner.dataSource.createQueryRunner();
      await second.startTransaction();
      await second.query('SELECT 4');
      await second.commitTransaction();
      await runner.manager.transaction((manager) => manager.query('SELECT 5'));
    });
    expect(up?.up).toBe(
      ['SELECT 1', 'SELECT 2', 'SELECT 3::int', 'START TRANSACTION', 'SELECT 4', 'COMMIT', 'SAVEPOINT typeorm_1', 'SELECT 5']
        .concat('RELEASE SAVEPOINT typeorm_1', '')
        .join(';\n'),
    );
  });

  it('MIG-60: knows the transaction mode, the phase, the way back and the statement of a backfill in batches', async () => {
    const noop: Work = () => Promise.resolve();
    const concurrently = await recorded((runner) => runner.query('CREATE INDEX CONCURRENTLY i ON t (a)'), noop, { transaction: false });
    expect(concurrently).toMatchObject({ transaction: 'none', down: null });
    const reversible = await recorded(noop, (runner) => runner.query('DROP TABLE t'), { phase: 'contract' });
    expect(reversible).toMatchObject({ phase: 'contract', up: '', down: 'DROP TABLE t;\n' });
    const batches = { table: 't', key: 'id', statement: 'UPDATE t SET a = 1 WHERE id = ANY($1)' };
    expect(await recorded(noop, noop, { phase: 'backfill', batches })).toMatchObject({
      ...{ phase: 'backfill', transaction: 'none' },
      up: 'UPDATE t SET a = 1 WHERE id = ANY($1);\n',
    });
  });

  it('MIG-61: says what it had to assume: rows that the migration looks at, and not those that it ignores', async () => {
    const looks = await recorded(async (runner) => {
      const rows: unknown = await runner.query('SELECT id FROM t');
      for (const row of rows as unknown[]) await runner.query('SELECT never($1)', [row]);
    });
    expect(looks?.gaps).toEqual(['it looks at the rows of SELECT id FROM t; there were none here']);
    const ignores = await recorded((runner) => runner.query(`SELECT setval('s', 1)`));
    expect(ignores).toMatchObject({ up: `SELECT setval('s', 1);\n`, gaps: [] });
  });

  it('MIG-61: says what kept it from being read to the end', async () => {
    const broken = await recorded(async (runner) => {
      await runner.query('SELECT 1');
      throw new Error('no such thing');
    });
    expect(broken).toMatchObject({ up: 'SELECT 1;\n', gaps: ['it stopped with an error: no such thing'] });
    const asks = await recorded((runner) => runner.addColumn('t', new TableColumn({ name: 'a', type: 'text' })));
    expect(asks?.gaps).toEqual([expect.stringMatching(/^it asks the database what is in it: SELECT/)]);
  });
});

describe('recordMigrations on a scratch database', () => {
  let home = '';
  let url = '';

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'recording-'));
    url = await startPostgres(home);
  });
  afterAll(async () => {
    await stopParts(home);
    rmSync(home, { recursive: true, force: true });
  });

  it('MIG-62: sees the SQL of the schema builder, which looks at what the migrations before made', async () => {
    const before = migration((runner) => runner.query('CREATE TABLE t (id int PRIMARY KEY, a varchar(10))'));
    const builder = migration(
      async (runner) => {
        const [has] = [await runner.hasColumn('t', 'a')];
        if (has) await runner.changeColumn('t', 'a', new TableColumn({ name: 'a', type: 'varchar', length: '20', isNullable: true }));
        await runner.addColumn('t', new TableColumn({ name: 'b', type: 'int', default: 7 }));
      },
      (runner) => runner.dropColumn('t', 'b'),
    );
    const [, chain] = await recordMigrations([before, builder], { scratch: () => Promise.resolve(url) });
    expect(chain).toMatchObject({
      gaps: [],
      up: `ALTER TABLE "t" DROP COLUMN "a";\nALTER TABLE "t" ADD "a" varchar(20);\nALTER TABLE "t" ADD "b" int NOT NULL DEFAULT 7;\n`,
      down: `ALTER TABLE "t" DROP COLUMN "b";\n`,
    });
  });
});
