import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Measured } from './measured.ts';
import { openReplay, type Replay } from './replay.ts';
import { UnparsableCase } from './statements.ts';

const SHOP = `
  CREATE TYPE mood AS ENUM ('calm', 'glad');
  CREATE TABLE people (id serial PRIMARY KEY, email text NOT NULL UNIQUE, nick varchar(20), age int, mood mood NOT NULL DEFAULT 'calm', hidden text);
  CREATE TABLE orders (id serial PRIMARY KEY, person_id int NOT NULL REFERENCES people, state text NOT NULL DEFAULT 'new', total numeric(10,2), note text);
  CREATE INDEX orders_state ON orders (state);
  CREATE TABLE log (at timestamptz NOT NULL DEFAULT now(), line text);`;
/** No query says what is written into `people`: the entity may write anything there. */
const PREVIOUS = {
  columns: { people: ['id', 'email', 'nick', 'age', 'mood'], orders: ['id', 'person_id', 'state', 'total'] },
  queries: [
    `INSERT INTO orders (person_id, state, total) VALUES (1, 'new', 5)`,
    'SELECT state, count(*) FROM orders WHERE person_id = $1 GROUP BY state',
  ],
};
const PARTS = `
  CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind text NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE events_2025 (id int NOT NULL, at date NOT NULL, kind text NOT NULL, PRIMARY KEY (id, at));`;
const EVENTS = {
  columns: { events: ['id', 'at', 'kind'] },
  queries: [`INSERT INTO events (id, at, kind) VALUES (1, '2024-05-01', 'click') ON CONFLICT DO NOTHING`],
};

let replay: Replay;
beforeAll(async () => {
  replay = await openReplay();
}, 60_000);
afterAll(() => replay[Symbol.asyncDispose]());

interface Given {
  readonly schema?: string;
  readonly previous?: { readonly columns: Record<string, string[]>; readonly queries: string[] };
  readonly transaction?: 'wrapped' | 'none';
}

const run = (sql: string, { schema = SHOP, previous = PREVIOUS, transaction = 'wrapped' }: Given = {}): Promise<Measured> =>
  replay.run({ sql, schema, previous, transaction });
const violated = ({ findings }: Measured): string => [...new Set(findings.map(({ kind }) => kind))].sort().join(' and ') || 'nothing';

type Row = readonly [sql: string, expected: string, given?: Given];
/** Jest takes a parameter that a row leaves out for its own callback. */
const rows = (...all: readonly Row[]): [string, string, Given][] => all.map(([sql, expected, given = {}]) => [sql, expected, given]);
const none = { transaction: 'none' } as const;

describe('compat', () => {
  it.each(
    rows(
      ['ALTER TABLE people ADD COLUMN x int', 'nothing'],
      ['ALTER TABLE people ADD COLUMN x int NOT NULL DEFAULT 5', 'nothing'],
      ['ALTER TABLE people ADD COLUMN x int NOT NULL', 'compat'],
      ['ALTER TABLE people ADD COLUMN x int NOT NULL DEFAULT 5; ALTER TABLE people ALTER COLUMN x DROP DEFAULT', 'compat'],
      ['ALTER TABLE people DROP COLUMN hidden', 'nothing'],
      ['ALTER TABLE people DROP COLUMN nick', 'compat'],
      ['ALTER TABLE people RENAME COLUMN nick TO alias', 'compat'],
      ['ALTER TABLE people RENAME TO persons', 'compat'],
      ['ALTER TABLE people RENAME TO persons; CREATE VIEW people AS SELECT * FROM persons', 'nothing'],
      ['ALTER TABLE people DROP COLUMN nick; ALTER TABLE people ADD COLUMN nick varchar(20)', 'compat'],
      ['ALTER TABLE people RENAME COLUMN nick TO n; ALTER TABLE people RENAME COLUMN n TO nick', 'nothing'],
      ['ALTER TABLE people RENAME COLUMN nick TO n; ALTER TABLE people RENAME COLUMN n TO nick', 'compat', none],
      ['ALTER TABLE people ALTER COLUMN nick TYPE text', 'nothing'],
      ['ALTER TABLE people ALTER COLUMN nick TYPE varchar(40)', 'nothing'],
      ['ALTER TABLE people ALTER COLUMN nick TYPE varchar(3)', 'compat'],
      ['ALTER TABLE orders ALTER COLUMN total TYPE numeric(12,2)', 'nothing'],
      ['ALTER TABLE people ALTER COLUMN email DROP NOT NULL', 'compat'],
      ['ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID', 'nothing'],
      ['ALTER TABLE orders ADD CONSTRAINT large CHECK (total > 9) NOT VALID', 'compat'],
      ['ALTER TABLE people ADD CONSTRAINT adult CHECK (age > 17) NOT VALID', 'compat'],
      ['CREATE UNIQUE INDEX CONCURRENTLY ON orders (state)', 'compat', none],
      [`UPDATE people SET nick = 'x' WHERE id = 3`, 'compat'],
      [`UPDATE people SET hidden = 'x'`, 'nothing'],
      ['DELETE FROM orders WHERE id = 1', 'compat'],
      [`INSERT INTO log (line) VALUES ('migrated')`, 'nothing'],
      ['TRUNCATE log', 'nothing'],
      ['TRUNCATE orders', 'compat'],
      [`ALTER TYPE mood ADD VALUE 'sad'`, 'nothing'],
      [`ALTER TYPE mood RENAME VALUE 'glad' TO 'happy'`, 'compat'],
      [`ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'fresh'`, 'nothing'],
      ['CREATE TABLE badges (person_id int NOT NULL REFERENCES people)', 'nothing'],
      [
        'CREATE TABLE badges (person_id int NOT NULL REFERENCES people)',
        'compat',
        { previous: { ...PREVIOUS, queries: [...PREVIOUS.queries, 'DELETE FROM people WHERE id = 2'] } },
      ],
      ['SELECT nothing FROM nowhere', 'compat'],
      [
        `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$; CREATE TRIGGER no BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no()`,
        'compat',
      ],
    ),
  )('MIG-30: %s violates %s', async (sql, expected, given) => {
    expect(violated(await run(sql, given))).toBe(expected);
  });
});

describe('lock', () => {
  it.each(
    rows(
      ['ALTER TABLE people ADD COLUMN x uuid DEFAULT gen_random_uuid()', 'lock'],
      ['ALTER TABLE people ADD COLUMN x serial', 'lock'],
      [
        'ALTER TABLE people ADD COLUMN x int GENERATED ALWAYS AS (age + 1) STORED',
        'lock',
        { previous: { columns: { people: ['id'] }, queries: [`INSERT INTO people (email, age) VALUES ('a@b', 3)`] } },
      ],
      ['ALTER TABLE people ADD COLUMN x int REFERENCES people', 'nothing'],
      ['CREATE INDEX ON log (line)', 'lock'],
      ['CREATE INDEX CONCURRENTLY ON log (line)', 'lock'],
      ['CREATE INDEX CONCURRENTLY ON log (line)', 'nothing', none],
      ['REINDEX TABLE people', 'lock'],
      ['ALTER TABLE orders ALTER COLUMN total SET NOT NULL', 'lock'],
      ['ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c', 'lock'],
      ['ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c', 'nothing', none],
      [
        'ALTER TABLE orders ADD CONSTRAINT c CHECK (total IS NOT NULL) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; ALTER TABLE orders ALTER COLUMN total SET NOT NULL',
        'nothing',
        none,
      ],
      ['ALTER TABLE orders ADD FOREIGN KEY (person_id) REFERENCES people', 'lock'],
      [
        'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (person_id) REFERENCES people NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT f',
        'lock',
      ],
      [
        'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (person_id) REFERENCES people NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT f',
        'nothing',
        none,
      ],
      ['ALTER TABLE people ADD y int; UPDATE people SET y = 1 WHERE id = 3', 'nothing'],
      ['ALTER TABLE people ADD y int; UPDATE people SET y = 1', 'lock'],
      ['ALTER TABLE people ADD y int; UPDATE people SET y = 1', 'nothing', none],
      ['UPDATE people SET hidden = email; ALTER TABLE people ADD y int', 'nothing'],
      ['BEGIN; ALTER TABLE people ADD y int; UPDATE people SET y = 1; COMMIT', 'lock', none],
      ['ALTER TABLE people ADD y int; SELECT count(*) FROM people', 'lock'],
      ['LOCK TABLE people IN ACCESS EXCLUSIVE MODE', 'nothing'],
      ['LOCK TABLE people IN SHARE MODE; CREATE TABLE copied AS TABLE people', 'lock'],
      ['VACUUM FULL log', 'lock', none],
      ['CREATE TABLE fresh (id int); CREATE INDEX ON fresh (id); ALTER TABLE fresh ADD CHECK (id > 0)', 'nothing'],
      ['ALTER TABLE people ALTER COLUMN age TYPE bigint', 'compat and lock'],
      [
        `CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
        'nothing',
        { schema: PARTS, previous: EVENTS },
      ],
      [
        `ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`,
        'lock',
        { schema: PARTS, previous: EVENTS },
      ],
      [
        `ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`,
        'nothing',
        { schema: `${PARTS} ALTER TABLE events_2025 ADD CHECK (at >= '2025-01-01' AND at < '2026-01-01')`, previous: EVENTS },
      ],
      ['CREATE INDEX ON events (kind)', 'lock', { schema: PARTS, previous: EVENTS }],
      ['ALTER TABLE events ADD COLUMN x uuid DEFAULT gen_random_uuid()', 'lock', { schema: PARTS, previous: EVENTS }],
      ['DO $$ BEGIN ALTER TABLE people ADD y int; UPDATE people SET y = 1; END $$', 'lock', none],
    ),
  )('MIG-31: %s violates %s', async (sql, expected, given) => {
    expect(violated(await run(sql, given))).toBe(expected);
  });
});

describe('a replay', () => {
  it('MIG-32: says the statement, its line and what broke', async () => {
    const { verdict, findings } = await run(
      '-- It is not used.\nALTER TABLE people ADD x int;\n\n  ALTER TABLE people DROP COLUMN nick;',
      none,
    );
    expect(verdict).toBe('unsafe');
    expect(findings[0]).toEqual({
      ...{ kind: 'compat', verdict: 'unsafe', statement: 'ALTER TABLE people DROP COLUMN nick', line: 4 },
      message: expect.stringContaining('column "nick" does not exist'),
    });
  });

  it('MIG-32: takes volatile values for what they are', async () => {
    const queries = [
      `INSERT INTO log (line) VALUES ('a')`,
      'SELECT at, line, random(), now() FROM log',
      'SELECT line FROM log ORDER BY random() LIMIT 3',
    ];
    expect(violated(await run('ALTER TABLE log ADD x int', { previous: { columns: { log: ['at', 'line'] }, queries } }))).toBe('nothing');
  });

  it('MIG-32: takes the time of a write for what it is, whatever the precision of the column', async () => {
    const schema = 'CREATE TABLE log (at timestamptz(0) NOT NULL DEFAULT now(), line text)';
    const previous = { columns: { log: ['at', 'line'] }, queries: [`INSERT INTO log (line) VALUES ('a')`, 'SELECT at, line FROM log'] };
    expect(violated(await run('SELECT pg_sleep(1.1); ALTER TABLE log ADD x int', { schema, previous }))).toBe('nothing');
  });

  it('MIG-32: lets a null of the new release through where the old one expects it', async () => {
    const queries = [
      `INSERT INTO people (email) VALUES ('a@b')`,
      `SELECT coalesce(email, '') AS email FROM people`,
      'SELECT id FROM people WHERE email IS NULL',
    ];
    const reading = (more: string): Given => ({ previous: { columns: { people: ['id'] }, queries: [...queries, more] } });
    const drop = 'ALTER TABLE people ALTER COLUMN email DROP NOT NULL';
    expect(violated(await run(drop, reading('SELECT 1')))).toBe('nothing');
    expect(violated(await run(drop, reading('SELECT email FROM people')))).toBe('compat');
  });

  it('MIG-32: says that dynamic SQL is unreadable, whatever came of it', async () => {
    const { verdict, unreadable } = await run(`DO $$ BEGIN EXECUTE 'ALTER TABLE people ADD x int'; END $$`);
    expect({ verdict, unreadable }).toEqual({ verdict: 'safe', unreadable: true });
    expect((await run(`DO $$ BEGIN RAISE NOTICE 'EXECUTE'; END $$`)).unreadable).toBe(false);
  });

  it('MIG-32: says what it cannot parse, and which schema cannot be made', async () => {
    await expect(run('ALTER TABEL people')).rejects.toThrow(UnparsableCase);
    await expect(run('SELECT 1', { schema: 'CREATE TABLE a (b nothing)' })).rejects.toThrow(
      /The schema before cannot be made: type "nothing" does not exist \(line 1/,
    );
    expect((await run('ALTER TABLE people ADD :"column" int')).verdict).toBe('unknown');
  });
});
