import { beforeAll, describe, expect, it } from '@jest/globals';
import { applyStatement } from '../catalog/apply-statement.ts';
import type { Catalog, Id } from '../catalog/catalog.ts';
import { catalogOf } from '../catalog/catalog-of.ts';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { type NamedResolution, resolve } from './resolve.ts';
import type { Value } from './resolution.ts';
import { SCHEMA } from './spec-support/reference.ts';

let catalog: Catalog;

beforeAll(async () => {
  await loadParser();
  catalog = catalogOf(statementsOf(SCHEMA));
});

function resolved(sql: string, on: Catalog = catalog): NamedResolution {
  const [statement] = statementsOf(sql);
  if (statement === undefined) throw new Error('no statement');
  const resolution = resolve(statement.node, on);
  if ('error' in resolution) throw new Error(resolution.error);
  return resolution;
}

const nameIn = (on: Catalog, id: Id | null): string =>
  [...on.relations.values()]
    .flatMap((relation) => relation.columns.map((column) => [column.id, `${relation.name}.${column.name}`] as const))
    .find(([one]) => one === id)?.[1] ?? '';

const readsOf = (sql: string): readonly string[] =>
  resolved(sql)
    .reads.map(({ column, nullSafe }) => `${nameIn(catalog, column)}${nullSafe ? '?' : ''}`)
    .sort();

const shown = (value: Value): unknown =>
  value.kind === 'literal'
    ? value.value
    : value.kind === 'expression'
      ? `expression${value.nullable ? ' or null' : ''}`
      : `(${value.kind})`;

const writesOf = (sql: string): readonly unknown[] =>
  resolved(sql).writes.map(({ command, table, values, conflict }) => {
    const pairs = values.map(({ column, value }) => [nameIn(catalog, column), shown(value)] as const);
    const sets = conflict?.sets.map(({ column, value }) => [nameIn(catalog, column), shown(value)] as const);
    const index = conflict?.index == null ? null : catalog.indexes.get(conflict.index)?.name;
    const more = conflict === null ? [] : [{ index, [conflict.action]: Object.fromEntries(sets ?? []) }];
    return [`${command} ${catalog.relations.get(table)?.name ?? ''}`, Object.fromEntries(pairs), ...more];
  });

describe('what a query reads', () => {
  it.each([
    ['SELECT name FROM customer', ['customer.name']],
    ['SELECT COALESCE(mail, name) FROM customer WHERE data IS NULL', ['customer.data?', 'customer.mail?', 'customer.name?']],
    ['SELECT mail, COALESCE(mail, $1) FROM customer', ['customer.mail']],
    [
      'SELECT id FROM customer WHERE name = $1 AND mail IN ($2, $3) AND data IS NOT DISTINCT FROM $4',
      ['customer.data?', 'customer.id', 'customer.mail?', 'customer.name?'],
    ],
    ["SELECT id FROM customer WHERE name <> $1 OR mail = 'x'", ['customer.id', 'customer.mail', 'customer.name']],
    ["SELECT CASE WHEN mail IS NULL THEN '' ELSE mail END FROM customer", ['customer.mail?']],
    ["SELECT CASE false WHEN mail IS NULL THEN '' ELSE mail END FROM customer", ['customer.mail']],
    ['SELECT c.id FROM customer c JOIN orders o ON o.customer_id = c.id', ['customer.id', 'orders.customer_id']],
    ['SELECT x.id FROM (SELECT * FROM late) x', ['late.id']],
    ['SELECT 1 FROM customer WHERE EXISTS (SELECT * FROM late)', []],
    ['SELECT 1 FROM customer WHERE id IN (SELECT * FROM (SELECT x FROM late) l)', ['customer.id', 'late.x']],
    ['SELECT * FROM late', ['late.id', 'late.x']],
    ['SELECT l FROM late l', ['late.id', 'late.x']],
    ['SELECT loud FROM people', ['customer.name', 'people.loud']],
    ['SELECT id FROM people', ['customer.id', 'people.id']],
    ['DELETE FROM late WHERE x = 1 RETURNING id', ['late.id', 'late.x?']],
    ['INSERT INTO late (id) VALUES (1) ON CONFLICT DO NOTHING', []],
    [
      "INSERT INTO item (order_id, sku) VALUES (1, 'a') ON CONFLICT (order_id, sku) DO UPDATE SET qty = item.qty + excluded.qty",
      ['item.qty'],
    ],
  ])('MIG-13: %s', (sql, wanted) => {
    expect(readsOf(sql)).toEqual(wanted);
  });

  it('MIG-13: gives the column behind a view, and says what comes from *', () => {
    const { output, relations } = resolved('SELECT p.*, upper(p.name) FROM people p');
    expect(output.map(({ name, column, star }) => `${name} ${nameIn(catalog, column)}${star ? ' *' : ''}`)).toEqual([
      ...['id customer.id *', 'name customer.name *', 'loud  *', 'mail customer.mail *', 'upper '],
    ]);
    expect(relations.map(({ relation }) => catalog.relations.get(relation)?.name).sort()).toEqual(['customer', 'people']);
  });

  it('MIG-13: names routines, sequences and types', () => {
    const { routines, sequences, types } = resolved("SELECT double(1), nextval('numbers'), 'new'::status, home FROM customer");
    expect(routines.map((id) => catalog.routines.get(id)?.name)).toEqual(['double']);
    expect(sequences.map((id) => catalog.sequences.get(id)?.name)).toEqual(['numbers']);
    expect(types.map((id) => catalog.types.get(id)?.name).sort()).toEqual(['address', 'status']);
  });
});

describe('what a query writes', () => {
  it.each([
    [
      'INSERT INTO late VALUES (1, NULL), ($1, DEFAULT)',
      [
        ['insert late', { 'late.id': 1, 'late.x': '(null)' }],
        ['insert late', { 'late.id': '(parameter)', 'late.x': '(default)' }],
      ],
    ],
    ['INSERT INTO late SELECT id, -5 FROM customer', [['insert late', { 'late.id': 'expression', 'late.x': -5 }]]],
    ['INSERT INTO late (x) SELECT * FROM (SELECT x FROM late) l', [['insert late', { 'late.x': 'expression or null' }]]],
    [
      "INSERT INTO customer (name, created_at, data) VALUES ('a'::text, now(), data_of($1))".replace('data_of($1)', "$1::jsonb -> 'a'"),
      [['insert customer', { 'customer.name': 'a', 'customer.created_at': 'expression', 'customer.data': 'expression or null' }]],
    ],
    ["INSERT INTO people (name) VALUES ('x')", [['insert customer', { 'customer.name': 'x' }]]],
    [
      "UPDATE customer SET (name, mail) = ('a', $1), tags[1] = 'x', data = DEFAULT",
      [
        [
          'update customer',
          { 'customer.name': 'a', 'customer.mail': '(parameter)', 'customer.tags': 'expression', 'customer.data': '(default)' },
        ],
      ],
    ],
    ['UPDATE people SET mail = DEFAULT', [['update customer', { 'customer.mail': '(null)' }]]],
    ['DELETE FROM people', [['delete customer', {}]]],
    [
      "INSERT INTO item (order_id, sku) VALUES (1, 'a') ON CONFLICT (sku, order_id) DO UPDATE SET qty = 5",
      [['insert item', { 'item.order_id': 1, 'item.sku': 'a' }, { index: 'item_pkey', update: { 'item.qty': 5 } }]],
    ],
    [
      "INSERT INTO item (name) VALUES ('a') ON CONFLICT (name) WHERE qty > 0 DO NOTHING",
      [['insert item', { 'item.name': 'a' }, { index: 'item_live', nothing: {} }]],
    ],
    [
      'MERGE INTO late t USING customer s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)',
      [
        ['delete late', {}],
        ['insert late', { 'late.id': 'expression' }],
      ],
    ],
    [
      'WITH gone AS (DELETE FROM late RETURNING id) INSERT INTO late (x) SELECT id FROM gone',
      [
        ['delete late', {}],
        ['insert late', { 'late.x': 'expression or null' }],
      ],
    ],
    ['TRUNCATE late', [['delete late', {}]]],
  ])('MIG-13: %s', (sql, wanted) => {
    expect(writesOf(sql)).toEqual(wanted);
  });
});

describe('what is beyond it', () => {
  it.each(['DO $$BEGIN NULL; END$$', 'COPY late FROM STDIN', 'UPDATE pg_class SET relname = $1'])('MIG-13: %s is not understood', (sql) => {
    const [statement] = statementsOf(sql);
    expect(statement && resolve(statement.node, catalog)).toMatchObject({ unknown: true });
  });

  it('MIG-13: a deferrable constraint is no arbiter, which PostgreSQL says only when it runs', () => {
    const [statement] = statementsOf('INSERT INTO late (x) VALUES (1) ON CONFLICT ON CONSTRAINT late_x DO NOTHING');
    expect(statement && resolve(statement.node, catalog)).toMatchObject({ code: '55000', unknown: false });
  });

  it('MIG-13: what an extension brings is not known, and is not refused', () => {
    const extended = catalogOf(statementsOf(`CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION citext; CREATE TABLE t (a uuid, b citext);`));
    expect(resolved("SELECT uuid_generate_v4(), b || 'x', b = 5 FROM t", extended).output.map(({ type }) => type?.name ?? null)).toEqual([
      null,
      null,
      'bool',
    ]);
    const [statement] = statementsOf('SELECT a = 5 FROM t');
    expect(statement && resolve(statement.node, extended)).toMatchObject({ code: '42883' });
  });
});

describe('a view', () => {
  it('MIG-14: stays with the columns that it had when it was made', () => {
    const schema = `CREATE TABLE customer (id int PRIMARY KEY, name text); CREATE TABLE orders (customer_id int, total int);
      CREATE VIEW joined AS SELECT name, o.* FROM customer JOIN orders o ON id = customer_id`;
    const before = catalogOf(statementsOf(schema));
    const after = structuredClone(before);
    const sql = `ALTER TABLE orders ADD COLUMN name text, ADD COLUMN id int; ALTER TABLE customer RENAME TO client; ALTER TABLE client RENAME COLUMN name TO title;
      ALTER TABLE client ADD COLUMN name text, ADD COLUMN total int`;
    for (const statement of statementsOf(sql)) applyStatement(after, statement, 'none');
    const meaning = (on: Catalog): readonly unknown[] => {
      const { reads, output } = resolved('SELECT * FROM joined', on);
      return [output.map(({ name, column }) => [name, column]), new Set(reads.map(({ column }) => column))];
    };
    expect(meaning(after)).toEqual(meaning(before));
    expect(resolved('SELECT * FROM joined', after).output.map(({ column }) => nameIn(after, column))).toEqual([
      'client.title',
      'orders.customer_id',
      'orders.total',
    ]);
  });
});
