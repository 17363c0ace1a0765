import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, stopPart } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyStatement } from '../catalog/apply-statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { catalogOf } from '../catalog/catalog-of.ts';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { resolve } from './resolve.ts';
import { type Answer, answerOf, databaseWith, QUERIES, SCHEMA } from './spec-support/reference.ts';

/** Each makes some of the queries fail that did not before, and others not fail that did. */
const MIGRATIONS = [
  'ALTER TABLE customer RENAME COLUMN name TO title; ALTER TABLE orders RENAME TO sales',
  'ALTER TABLE item ADD COLUMN code text, ADD COLUMN id int; ALTER TABLE late ADD COLUMN name text, ADD COLUMN total int',
  'DROP VIEW trig; ALTER TABLE late ALTER COLUMN x TYPE text, ALTER COLUMN id TYPE bigint; ALTER TABLE orders ALTER COLUMN raw TYPE jsonb',
  "ALTER TYPE status RENAME VALUE 'new' TO 'fresh'; ALTER TABLE orders ALTER COLUMN at TYPE timestamptz, ALTER COLUMN key TYPE text",
  'ALTER TABLE orders DROP CONSTRAINT orders_code_key; ALTER TABLE item DROP CONSTRAINT item_pkey; DROP INDEX item_live, customer_lower',
  'ALTER TABLE item RENAME TO items; CREATE VIEW item AS SELECT order_id, sku, qty FROM items',
  'DROP FUNCTION double, pairs; DROP SEQUENCE numbers; DROP VIEW totals, joined; DROP TRIGGER trig_insert ON trig',
  'ALTER TABLE orders ALTER COLUMN id DROP IDENTITY; ALTER TABLE orders ALTER COLUMN doubled DROP EXPRESSION; ALTER TABLE shop.price SET SCHEMA public',
] as const;

const home = mkdtempSync(join(tmpdir(), 'devplatform-resolve-'));
let url: string;

beforeAll(async () => {
  await loadParser();
  url = await startPostgres(home);
}, 60_000);

afterAll(async () => {
  await stopPart(home, 'postgres');
  rmSync(home, { recursive: true, force: true });
});

function ours(query: string, catalog: Catalog): { readonly code: string; readonly types: readonly (string | null)[] } {
  const [statement] = statementsOf(query);
  if (statement === undefined) throw new Error(`${query} is empty`);
  const resolution = resolve(statement.node, catalog);
  if ('error' in resolution) return { code: resolution.unknown ? 'unknown' : resolution.code, types: [] };
  return { code: 'ok', types: resolution.output.map(({ type }) => (type === null ? null : `${type.array ? '_' : ''}${type.name}`)) };
}

/** Types that are not known are not compared; everything else is. */
function disagreement(query: string, catalog: Catalog, theirs: Answer): string | null {
  const mine = ours(query, catalog);
  const types = theirs.types.map((type, i) => (mine.types[i] === null ? null : type));
  const alike = mine.code === theirs.code && (theirs.code !== 'ok' || String(mine.types) === String(types));
  return alike ? null : `${query}: ${mine.code} (${String(mine.types)}) instead of ${theirs.code} (${String(theirs.types)})`;
}

describe('resolve', () => {
  it('MIG-10: refuses with the SQLSTATE of PostgreSQL, or gives the types that it gives', async () => {
    const client = await databaseWith(url, 'schema_before', SCHEMA);
    const catalog = catalogOf(statementsOf(SCHEMA));
    const codes = new Set<string>();
    const disagreements: string[] = [];
    for (const query of QUERIES) {
      const theirs = await answerOf(client, query);
      codes.add(theirs.code);
      disagreements.push(disagreement(query, catalog, theirs) ?? '');
    }
    await client.end();
    expect(catalog.unread).toEqual([]);
    expect(disagreements.filter((one) => one !== '')).toEqual([]);
    expect(QUERIES.length).toBeGreaterThan(600);
    expect(codes.size).toBeGreaterThan(15);
  }, 60_000);

  it.each(MIGRATIONS.map((sql, i) => [sql, i] as const))(
    'MIG-11: agrees with PostgreSQL on what fails after %s',
    async (sql, i) => {
      const client = await databaseWith(url, `schema_after_${String(i)}`, `${SCHEMA};${sql}`);
      const before = catalogOf(statementsOf(SCHEMA));
      const after = structuredClone(before);
      for (const statement of statementsOf(sql)) applyStatement(after, statement, 'none');
      const disagreements: string[] = [];
      let changed = 0;
      for (const query of QUERIES) {
        const theirs = await answerOf(client, query);
        if (ours(query, before).code !== theirs.code) changed++;
        disagreements.push(disagreement(query, after, theirs) ?? '');
      }
      await client.end();
      expect(disagreements.filter((one) => one !== '')).toEqual([]);
      expect(changed).toBeGreaterThan(2);
    },
    60_000,
  );

  it('MIG-12: has the functions, operators, casts and types of PostgreSQL 18', async () => {
    const client = await databaseWith(url, 'built_ins', 'SELECT 1');
    const { rows } = await client.query<{ built_ins: string }>(readFileSync(join(__dirname, 'spec-support/built-ins.sql'), 'utf8'));
    await client.end();
    expect(JSON.parse(readFileSync(join(__dirname, 'built-ins.json'), 'utf8'))).toEqual(JSON.parse(rows[0]?.built_ins ?? '{}'));
  });
});
