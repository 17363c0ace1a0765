import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { ScratchPostgres } from '../spec-support/scratch-postgres.ts';
import { applyStatement } from '../catalog/apply-statement.ts';
import { catalogOf } from '../catalog/catalog-of.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Breakage } from '../previous/breakage.ts';
import { resolve } from '../resolve/resolve.ts';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { verdictOf } from '../verdict.ts';
import { CHECK_CASES } from './spec-support/check-cases.ts';
import { COLUMN_CASES } from './spec-support/column-cases.ts';
import { STANDING_CASES, STAYING_TRIGGER_CASES } from './spec-support/later-cases.ts';
import { HAZARD_CASES, NUMBER_CASES } from './spec-support/hazard-cases.ts';
import { REFERENCE_CASES, UNIQUE_CASES } from './spec-support/key-cases.ts';
import { PARTITION_CASES } from './spec-support/partition-cases.ts';
import { SURROUNDING_CASES } from './spec-support/surrounding-cases.ts';
import { TRIGGER_CASES } from './spec-support/trigger-cases.ts';
import type { WriteCase } from './spec-support/write-case.ts';
import { writeBreakages } from './write-breakages.ts';

let scratch: ScratchPostgres;
let client: Client;

beforeAll(async () => {
  await loadParser();
  scratch = await ScratchPostgres.start();
  client = scratch.client;
}, 120_000);

afterAll(() => scratch[Symbol.asyncDispose](), 60_000);

/** What PostgreSQL says to the old release's writes: the first SQLSTATE, and what `look` sees after them. */
async function run(
  { schema, queries, once, parameters, entity, look, newRelease }: WriteCase,
  migration: string,
): Promise<{ code: string | null; seen: unknown }> {
  await client.query('BEGIN');
  try {
    await client.query(schema);
    if (migration !== '') await client.query(migration);
    if (migration !== '' && newRelease !== undefined) await client.query(newRelease);
    let code: string | null = null;
    for (const values of parameters ?? [[]]) {
      for (const query of [...queries, ...(entity ?? []), ...(once === true ? [] : [...queries, ...(entity ?? [])])]) {
        await client.query('SAVEPOINT one');
        try {
          await client.query(query, query.includes('$1') ? [...values] : []);
        } catch (error) {
          await client.query('ROLLBACK TO SAVEPOINT one');
          code ??= (error as { code: string }).code;
        }
      }
    }
    return { code, seen: look === undefined ? null : (await client.query(look)).rows };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** What the resolver says already. */
const REFUSED = { rule: 'cannot-run', verdict: 'unsafe', rewrite: '' } as const;

function judged({ schema, migration, queries, mapped = {}, unfilled = [] }: WriteCase): readonly Breakage[] {
  const before = catalogOf(statementsOf(schema));
  const after: Catalog = structuredClone(before);
  for (const statement of statementsOf(migration)) applyStatement(after, statement, 'wrapped');
  const listed = queries.map((text) => {
    const [statement] = statementsOf(text);
    if (statement === undefined) throw new Error(text);
    return { text, before: resolve(statement.node, before), after: resolve(statement.node, after) };
  });
  for (const one of listed) expect([one.before, one.after]).not.toContainEqual(expect.objectContaining({ unknown: true }));
  const tables = Object.entries(mapped).flatMap(([name, columns]) => {
    const relation = [...before.relations.values()].find((one) => one.name === name);
    return relation === undefined
      ? []
      : [{ table: relation.id, columns: relation.columns.filter((column) => columns.includes(column.name)).map(({ id }) => id) }];
  });
  const nulls = [...after.relations.values()].flatMap((relation) =>
    relation.columns.filter(({ name }) => unfilled.includes(`${relation.name}.${name}`)).map(({ id }) => id),
  );
  const refused = listed.flatMap(({ after: resolution }) => ('error' in resolution ? [{ ...REFUSED, message: resolution.error }] : []));
  return [...refused, ...writeBreakages(before, after, { queries: listed, mapped: tables, unfilled: nulls })];
}

interface Outcome {
  readonly code: string | null;
  readonly same: boolean;
}

const outcomeOf = (without: { readonly seen: unknown }, result: { readonly code: string | null; readonly seen: unknown }): Outcome => ({
  code: result.code,
  same: JSON.stringify(result.seen) === JSON.stringify(without.seen),
});

const expectedOf = ({ expected, look }: WriteCase): Outcome => ({
  code: /^[0-9A-Z]{5}$/.test(expected) ? expected : null,
  same: expected !== 'lost' || look === undefined,
});

const verdictFor = (expected: string): string => (expected === 'safe' || expected === 'unknown' ? expected : 'unsafe');

describe.each([
  ['MIG-22', 'NOT NULL, defaults and types', COLUMN_CASES],
  ['MIG-23', 'CHECK', CHECK_CASES],
  ['MIG-24', 'UNIQUE and EXCLUDE', UNIQUE_CASES],
  ['MIG-25', 'FOREIGN KEY', REFERENCE_CASES],
  ['MIG-26', 'triggers', TRIGGER_CASES],
  ['MIG-27', 'partitions, rules and row security', SURROUNDING_CASES],
  ['MIG-27', 'what a partition, an index or a default has of its own', PARTITION_CASES],
  ['MIG-26', 'triggers that stay', STAYING_TRIGGER_CASES],
  ['MIG-27', 'sequences, views and rows that stand', STANDING_CASES],
  ['MIG-27', 'other sequences than before', NUMBER_CASES],
  ['MIG-24', 'expressions that raise', HAZARD_CASES],
] as const)('%s: %s', (promise, _, cases) => {
  it.each(cases)(`${promise}: PostgreSQL does as said: $name`, async (one) => {
    const without = await run(one, '');
    const result = await run(one, one.migration);
    expect({ ...outcomeOf(without, result), before: without.code }).toEqual({ ...expectedOf(one), before: null });
  });

  it.each(cases)(`${promise}: the verdict is that of PostgreSQL: $name`, (one) => {
    const breakages = judged(one);
    expect({ verdict: verdictOf(breakages), breakages }).toMatchObject({ verdict: verdictFor(one.expected) });
  });

  it.each(cases.filter(({ expected }) => /^[0-9A-Z]{5}$/.test(expected)))(
    `${promise}: nothing is said without the migration: $name`,
    (one) => {
      expect(judged({ ...one, migration: '', unfilled: [] })).toEqual([]);
    },
  );
});
