import { beforeAll, describe, expect, it } from '@jest/globals';
import { applyStatement } from '../catalog/apply-statement.ts';
import { catalogOf } from '../catalog/catalog-of.ts';
import { SCHEMA } from '../resolve/spec-support/reference.ts';
import { loadParser, statementsOf, UnreadableSql } from '../sql/statement.ts';
import { bindingBreakages } from './bindings.ts';
import { parsePrevious } from './parsed.ts';
import { usesOf } from './uses.ts';

beforeAll(loadParser);

type Columns = Record<string, string[]>;

/** `verdict rule` of each breakage, each once. */
function breakages(sql: string, queries: readonly string[], columns: Columns = {}): readonly string[] {
  const before = catalogOf(statementsOf(SCHEMA));
  const after = structuredClone(before);
  for (const statement of statementsOf(sql)) applyStatement(after, statement, 'none');
  const found = bindingBreakages(before, after, parsePrevious({ columns, queries: [...queries] }));
  return [...new Set(found.map(({ verdict, rule }) => `${verdict} ${rule}`))].sort();
}

const SAFE: readonly string[] = [];
const ADD_X = 'DROP VIEW trig; ALTER TABLE late DROP COLUMN x; ALTER TABLE late ADD COLUMN x int';
const STAND_IN = 'DROP VIEW trig; ALTER TABLE late RENAME COLUMN x TO y; ALTER TABLE late ADD COLUMN x int GENERATED ALWAYS AS (y) VIRTUAL';
const WIDER = 'DROP VIEW trig; ALTER TABLE late ALTER COLUMN id TYPE bigint';
const STATUS =
  'ALTER TABLE orders ALTER COLUMN status DROP DEFAULT; ALTER TABLE orders ALTER COLUMN status TYPE state USING status::text::state';
const PEOPLE = 'CREATE OR REPLACE VIEW people AS SELECT id, name,';

/** Migration, a query, what is mapped, what breaks. Pairs of the same migration differ in what the previous release uses. */
const CASES: readonly (readonly [string, string, Columns, readonly string[]])[] = [
  ['ALTER TABLE customer DROP COLUMN mail CASCADE', 'SELECT id FROM customer', { customer: ['id'] }, SAFE],
  ['ALTER TABLE customer DROP COLUMN mail CASCADE', 'SELECT * FROM customer', { customer: ['id'] }, ['unsafe remove-column']],
  ['ALTER TABLE customer DROP COLUMN mail CASCADE', 'SELECT * FROM customer', {}, ['unsafe remove-column']],
  ['ALTER TABLE customer DROP COLUMN mail CASCADE', 'SELECT 1', { customer: ['mail'] }, ['unsafe remove-column']],
  ['ALTER TABLE customer DROP COLUMN mail CASCADE', "INSERT INTO customer (mail) VALUES ('a@b')", {}, ['unsafe remove-column']],
  ['ALTER TABLE late RENAME COLUMN x TO y', 'SELECT id FROM late', { late: ['id'] }, SAFE],
  ['ALTER TABLE late RENAME COLUMN x TO y', 'UPDATE late SET x = 1', {}, ['unsafe rename-column']],
  ['ALTER TABLE late RENAME COLUMN x TO y', 'SELECT * FROM late', {}, ['unsafe rename-column']],
  [
    'ALTER TABLE late RENAME COLUMN x TO y; ALTER TABLE late RENAME COLUMN id TO x; ALTER TABLE late RENAME COLUMN y TO id',
    'SELECT count(*) FROM late WHERE id = 1 AND x = 2',
    {},
    ['unsafe remove-column'],
  ],
  [ADD_X, 'SELECT x FROM late', {}, ['unsafe remove-column']],
  [ADD_X, 'UPDATE late SET x = 1', {}, ['unsafe remove-column']],
  [ADD_X, 'SELECT id FROM late', { late: ['id'] }, SAFE],
  ['DROP TABLE late CASCADE; CREATE TABLE late (id int, x int)', 'DELETE FROM late', {}, ['unsafe remove-column']],
  [
    'ALTER TABLE item RENAME TO things; CREATE VIEW item AS SELECT order_id, sku, qty FROM things',
    "INSERT INTO item (order_id, sku) VALUES (1, 'a') ON CONFLICT (order_id, sku) DO UPDATE SET qty = EXCLUDED.qty",
    { item: ['sku', 'qty'] },
    SAFE,
  ],
  [
    'ALTER TABLE late RENAME TO later; CREATE VIEW late AS SELECT * FROM later',
    'INSERT INTO late VALUES (1, 2) RETURNING id',
    { late: ['id', 'x'] },
    SAFE,
  ],
  [
    'ALTER TABLE late RENAME TO later; CREATE VIEW late AS SELECT * FROM later WHERE x > 0',
    'SELECT count(*) FROM late',
    {},
    ['unsafe change-view'],
  ],
  [
    'ALTER TABLE late RENAME TO later; CREATE VIEW late AS SELECT id, -x AS x FROM later',
    'SELECT x FROM late',
    {},
    ['unsafe remove-column'],
  ],
  [
    'ALTER TABLE late RENAME TO later; CREATE VIEW late AS SELECT DISTINCT id, x FROM later',
    'INSERT INTO late VALUES (1, 2)',
    {},
    ['unsafe change-view'],
  ],
  ['ALTER TABLE late RENAME TO later', 'SELECT 1', { late: ['id'] }, ['unsafe rename-column']],
  ['ALTER TABLE item ADD COLUMN total int', 'SELECT total FROM orders o JOIN item i ON i.order_id = o.id', {}, ['unsafe add-column']],
  ['ALTER TABLE item ADD COLUMN total int', 'SELECT o.total FROM orders o JOIN item i ON i.order_id = o.id', {}, SAFE],
  [
    'ALTER TABLE item ADD COLUMN total int',
    'SELECT id FROM orders WHERE id IN (SELECT order_id FROM item WHERE total > 5)',
    {},
    ['unsafe remove-column'],
  ],
  ['ALTER TABLE late ADD COLUMN y int', 'SELECT * FROM late', { late: ['id', 'x'] }, SAFE],
  ['ALTER TABLE late ADD COLUMN y int', 'INSERT INTO item (order_id, qty) SELECT * FROM late', {}, ['unsafe add-column']],
  ['ALTER TABLE late ADD COLUMN y int', 'INSERT INTO late SELECT * FROM late', {}, ['unsafe add-column']],
  ['ALTER TABLE late ADD COLUMN y int', 'INSERT INTO late VALUES (1, 2)', {}, SAFE],
  ['ALTER TABLE late ADD COLUMN y int', 'SELECT id, x FROM late UNION SELECT * FROM late', {}, ['unsafe add-column']],
  ['ALTER TABLE late ADD COLUMN y int', 'WITH l AS (SELECT * FROM late) SELECT id FROM l', {}, SAFE],
  ['ALTER TABLE late ADD COLUMN name text', 'SELECT customer.id FROM customer NATURAL JOIN late', {}, ['unsafe add-column']],
  [WIDER, 'SELECT x FROM late WHERE id = $1 ORDER BY id', { late: ['x'] }, SAFE],
  [WIDER, 'SELECT max(id) FROM late', {}, ['unsafe change-column-type']],
  [WIDER, 'SELECT 1', { late: ['id'] }, ['unsafe change-column-type']],
  ['ALTER TABLE orders ALTER COLUMN code TYPE text', 'SELECT code, lower(code) FROM orders', { orders: ['code'] }, SAFE],
  ['ALTER TABLE orders ALTER COLUMN code TYPE varchar(40)', 'SELECT 1', { orders: ['code'] }, SAFE],
  ['ALTER TABLE orders ALTER COLUMN note TYPE varchar(20)', 'UPDATE orders SET note = $1 WHERE code = $1', {}, SAFE],
  ['ALTER TABLE orders ALTER COLUMN raw TYPE jsonb', 'SELECT 1', { orders: ['raw'] }, ['unsafe change-column-type']],
  ['ALTER TABLE orders ALTER COLUMN at TYPE timestamptz', 'SELECT 1', { orders: ['at'] }, ['unsafe change-column-type']],
  ["ALTER TYPE status RENAME VALUE 'new' TO 'fresh'", "UPDATE orders SET status = 'new'", {}, ['unsafe change-type']],
  ["ALTER TYPE status RENAME VALUE 'new' TO 'fresh'", 'SELECT 1', { orders: ['status'] }, ['unsafe change-type']],
  ["ALTER TYPE status RENAME VALUE 'new' TO 'fresh'", 'SELECT id FROM orders', {}, SAFE],
  [
    "ALTER TYPE status ADD VALUE 'more'; ALTER TYPE status RENAME TO state",
    "UPDATE orders SET status = 'new'",
    { orders: ['status'] },
    SAFE,
  ],
  ['ALTER TYPE status RENAME TO state', "SELECT 'new'::status", {}, ['unsafe change-type']],
  [
    `CREATE TYPE state AS ENUM ('new', 'paid', 'sent', 'lost'); ${STATUS}`,
    "UPDATE orders SET status = 'new'",
    { orders: ['status'] },
    SAFE,
  ],
  [
    `CREATE TYPE state AS ENUM ('new', 'paid'); ${STATUS}`,
    "UPDATE orders SET status = 'new'",
    { orders: ['status'] },
    ['unsafe change-type'],
  ],
  ['ALTER TABLE customer ALTER COLUMN name DROP NOT NULL', 'SELECT name FROM customer', {}, ['unsafe add-not-null']],
  ['ALTER TABLE customer ALTER COLUMN name DROP NOT NULL', "INSERT INTO customer (name) VALUES ('a') RETURNING name", {}, SAFE],
  [
    'ALTER TABLE customer ALTER COLUMN name DROP NOT NULL',
    'INSERT INTO customer (name) VALUES ($1) RETURNING name',
    {},
    ['unsafe add-not-null'],
  ],
  [
    'ALTER TABLE customer ALTER COLUMN name DROP NOT NULL',
    "INSERT INTO customer (name) VALUES ('a') RETURNING (SELECT max(name) FROM customer)",
    {},
    ['unsafe add-not-null'],
  ],
  [
    'ALTER TABLE customer ALTER COLUMN name DROP NOT NULL',
    "INSERT INTO customer (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET id = 1 RETURNING name",
    {},
    ['unsafe add-not-null'],
  ],
  [
    'ALTER TABLE customer ALTER COLUMN name DROP NOT NULL',
    "SELECT COALESCE(name, ''), name IS NULL FROM customer WHERE name = $1",
    { customer: ['id'] },
    SAFE,
  ],
  ['ALTER TABLE customer ALTER COLUMN name DROP NOT NULL', 'SELECT * FROM customer', { customer: ['id'] }, ['unsafe add-not-null']],
  ['ALTER TABLE customer ALTER COLUMN name DROP NOT NULL', 'SELECT loud FROM people', {}, ['unsafe add-not-null']],
  [
    'ALTER TABLE customer ADD CHECK (name IS NOT NULL); ALTER TABLE customer ALTER COLUMN name DROP NOT NULL',
    'SELECT name FROM customer',
    {},
    SAFE,
  ],
  [
    `${PEOPLE} upper(name) AS loud, mail, created_at FROM customer WHERE name <> ''`,
    'SELECT loud FROM people',
    { people: ['id', 'loud'] },
    SAFE,
  ],
  [`${PEOPLE} lower(name) AS loud, mail FROM customer WHERE name <> ''`, 'SELECT loud FROM people', {}, ['unsafe change-view']],
  [`${PEOPLE} upper(name) AS loud, mail FROM customer`, 'SELECT id FROM people', {}, ['unsafe change-view']],
  ['ALTER TABLE customer RENAME COLUMN name TO title', 'SELECT name, loud FROM people', { people: ['name'] }, SAFE],
  [
    'DROP FUNCTION double; CREATE FUNCTION double(n int) RETURNS int LANGUAGE sql AS $$SELECT n * 3$$',
    'SELECT double(1)',
    {},
    ['unsafe change-routine'],
  ],
  ["CREATE OR REPLACE FUNCTION double(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'", 'SELECT double(1)', {}, SAFE],
  ['DROP FUNCTION double', 'SELECT double(1)', {}, ['unsafe change-column-type']],
  ['ALTER TABLE late RENAME COLUMN id TO nr', 'CALL tidy(5)', {}, ['unsafe change-routine']],
  ['DROP SEQUENCE numbers; CREATE SEQUENCE numbers', "SELECT nextval('numbers')", {}, ['unsafe change-data']],
  [
    'ALTER TABLE orders DROP CONSTRAINT orders_code_key',
    'INSERT INTO orders (code) VALUES ($1) ON CONFLICT (code) DO NOTHING',
    {},
    ['unsafe add-index'],
  ],
  [
    'CREATE UNIQUE INDEX codes ON orders (code); ALTER TABLE orders DROP CONSTRAINT orders_code_key',
    'INSERT INTO orders (code) VALUES ($1) ON CONFLICT (code) DO NOTHING',
    {},
    SAFE,
  ],
  [
    'CREATE UNIQUE INDEX codes ON orders (code); ALTER TABLE orders DROP CONSTRAINT orders_code_key',
    'INSERT INTO orders (code) VALUES ($1) ON CONFLICT ON CONSTRAINT orders_code_key DO NOTHING',
    {},
    ['unsafe change-type'],
  ],
  [
    `${PEOPLE} upper(name) AS loud, mail FROM customer WHERE name <> '' GROUP BY id, name, mail`,
    'SELECT id FROM people',
    {},
    ['unsafe change-view'],
  ],
  ['ALTER TABLE item RENAME TO items; CREATE VIEW item AS SELECT DISTINCT * FROM items', 'SELECT name FROM item', { item: ['qty'] }, SAFE],
  [
    'ALTER TABLE item RENAME TO items; CREATE VIEW item AS SELECT DISTINCT sku, name FROM items',
    'SELECT name FROM item',
    {},
    ['unsafe change-view'],
  ],
  ["CREATE OR REPLACE FUNCTION double(n int) RETURNS int LANGUAGE sql AS 'select 2  *  n'", 'SELECT double(1)', {}, SAFE],
  [
    "CREATE FUNCTION double(n int, m int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT n * m'",
    'SELECT double(1)',
    {},
    ['unsafe change-column-type'],
  ],
  [
    "CREATE FUNCTION double(n smallint) RETURNS int LANGUAGE sql AS 'SELECT 0'",
    'SELECT double(1::smallint)',
    {},
    ['unsafe change-routine'],
  ],
  [STAND_IN, 'SELECT x FROM late', { late: ['x'] }, SAFE],
  [STAND_IN, 'UPDATE late SET x = 1', {}, ['unsafe add-column']],
  ['ALTER TABLE orders ALTER COLUMN doubled DROP EXPRESSION', 'SELECT id FROM orders WHERE doubled > 5', {}, ['unsafe change-data']],
  ['ALTER TABLE orders ALTER COLUMN doubled DROP EXPRESSION', 'SELECT id FROM orders WHERE total > 5', {}, SAFE],
  ['ALTER TABLE orders RENAME COLUMN total TO sum', 'SELECT doubled FROM orders', {}, SAFE],
  ['SET search_path TO shop, public; CREATE TABLE late (y int)', 'SELECT id FROM late', { late: ['id'] }, SAFE],
  ['CREATE TABLE later () INHERITS (late)', 'SELECT x FROM late', {}, SAFE],
  [
    'ALTER TABLE item DROP CONSTRAINT item_pkey',
    'SELECT i.*, count(*) FROM item i GROUP BY i.order_id, i.sku',
    {},
    ['unsafe add-constraint'],
  ],
];

describe('bindingBreakages', () => {
  it.each(CASES)('MIG-15: %s | %s | %j', (sql, query, columns, wanted) => {
    expect(breakages(sql, [query], columns)).toEqual(wanted);
  });

  it('MIG-15: a routine in SQL whose text has stayed fails where what it reads is gone', () => {
    const before = catalogOf(
      statementsOf(
        `${SCHEMA}; CREATE FUNCTION tagged(nr int) RETURNS int LANGUAGE sql AS 'SELECT cardinality(tags) FROM customer WHERE id = nr'`,
      ),
    );
    const after = structuredClone(before);
    for (const statement of statementsOf('ALTER TABLE customer DROP COLUMN tags')) applyStatement(after, statement, 'none');
    const [found] = bindingBreakages(before, after, parsePrevious({ columns: {}, queries: ['SELECT tagged(5)'] }));
    expect(found).toMatchObject({ rule: 'change-routine', verdict: 'unsafe' });
    expect(found?.message).toContain('column "tags" does not exist');
  });

  it('MIG-15: a longer varbit is given as the same value, a shorter one is not', () => {
    const before = catalogOf(statementsOf('CREATE TABLE mask (bits varbit(10))'));
    const rules = (type: string): readonly string[] => {
      const after = structuredClone(before);
      for (const statement of statementsOf(`ALTER TABLE mask ALTER COLUMN bits TYPE ${type}`)) applyStatement(after, statement, 'none');
      return bindingBreakages(before, after, parsePrevious({ columns: { mask: ['bits'] }, queries: [] })).map(({ rule }) => rule);
    };
    expect(['varbit(20)', 'varbit', 'varbit(5)', 'bit(20)'].map(rules)).toEqual([[], [], ['change-column-type'], ['change-column-type']]);
  });

  it('MIG-15: rows of a child are not found any more once it has left its parent', () => {
    const before = catalogOf(statementsOf('CREATE TABLE place (id int); CREATE TABLE city (mayor text) INHERITS (place)'));
    const after = structuredClone(before);
    for (const statement of statementsOf('ALTER TABLE city NO INHERIT place')) applyStatement(after, statement, 'none');
    const asked = (query: string): readonly string[] =>
      bindingBreakages(before, after, parsePrevious({ columns: {}, queries: [query] })).map(({ rule }) => rule);
    expect(asked('SELECT id FROM place')).toEqual(['change-data']);
    expect(asked('SELECT mayor FROM city')).toEqual([]);
  });

  it('MIG-16: a manifest that does not fit the schema before, or that is not understood, is unknown', () => {
    expect(breakages('SELECT 1', ['SELECT nom FROM customer'])).toEqual(['unknown unreadable']);
    expect(breakages('SELECT 1', [], { customer: ['id', 'nom'] })).toEqual(['unknown unreadable']);
    expect(breakages('SELECT 1', [], { clients: ['id'] })).toEqual(['unknown unreadable']);
    expect(breakages('SELECT 1', ['COPY late FROM STDIN'])).toEqual(['unknown unreadable']);
    expect(breakages('SELECT 1', ['SELECT name FROM customer'], { customer: ['id'], 'shop.price': ['amount'] })).toEqual(SAFE);
  });

  it('MIG-17: says what the previous release reads and writes; an entity that no query writes may write all that it maps', () => {
    const catalog = catalogOf(statementsOf(SCHEMA));
    const queries = ["INSERT INTO people (name) VALUES ('x')", 'SELECT x FROM late', 'COPY late FROM STDIN'];
    const { reads, writes, tables } = usesOf(parsePrevious({ columns: { customer: ['id', 'mail'], late: ['id'] }, queries }), catalog);
    const names = [...catalog.relations.values()];
    const columns = names.flatMap((relation) => relation.columns.map((column) => [column.id, `${relation.name}.${column.name}`] as const));
    const named = (ids: ReadonlySet<number>): readonly string[] =>
      columns
        .filter(([id]) => ids.has(id))
        .map(([, name]) => name)
        .sort();
    expect(named(writes)).toEqual(['customer.name', 'late.id']);
    expect(named(reads)).toEqual(['customer.id', 'customer.mail', 'late.id', 'late.x']);
    expect(
      names
        .filter(({ id }) => tables.has(id))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['customer', 'late', 'people']);
  });

  it('MIG-18: names the query that cannot be read', () => {
    expect(() => parsePrevious({ columns: {}, queries: ['SELECT 1', 'SELEC 1'] })).toThrow(UnreadableSql);
    expect(() => parsePrevious({ columns: {}, queries: ['SELECT 1', 'SELEC 1'] })).toThrow('query 2 of the previous release:1:1');
  });
});
