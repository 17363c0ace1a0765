import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadModule, parseSync, type Node } from 'libpg-query';
import type { Client } from 'pg';
import { ScratchPostgres } from '../spec-support/scratch-postgres.ts';
import { emptyCatalog } from '../catalog/catalog-of.ts';
import { FALSE, known, NULL, nothing, open, TRUE, truthsOf, type Abstract } from './abstract.ts';
import { cases, columnsIn } from './domain.ts';
import { evaluate } from './evaluate.ts';

const catalog = emptyCatalog();

function parsed(expression: string): Node {
  const statement = parseSync(`SELECT ${expression}`).stmts?.[0]?.stmt;
  const target = statement !== undefined && 'SelectStmt' in statement ? statement.SelectStmt.targetList?.[0] : undefined;
  if (target === undefined || !('ResTarget' in target) || target.ResTarget.val === undefined) throw new Error(expression);
  return target.ResTarget.val;
}

/** Each stands for a boolean that PostgreSQL can tell. */
const CERTAIN = [
  ...[
    '1 = 1',
    '1 < 2',
    '2 <= 1',
    "'a' = 'a'",
    "'a' <> 'b'",
    'NULL = 1',
    'NULL IS NULL',
    '1 IS NOT NULL',
    'NOT NULL::bool',
    'true AND NULL',
  ],
  ...['false AND NULL', 'true OR NULL', 'false OR NULL', '(1 = 2) IS NOT TRUE', 'NULL::bool IS UNKNOWN', 'NULL::bool IS NOT FALSE'],
  ...['1 IN (1, 2)', '3 IN (1, 2)', '3 IN (1, NULL)', '1 IN (1, NULL)', '3 NOT IN (1, 2)', '3 NOT IN (1, NULL)', 'NULL IN (1)'],
  ...["'a' = ANY (ARRAY['a', 'b'])", "'c' = ANY (ARRAY['a'::text, 'b'])", "'c' <> ALL (ARRAY['a', 'b'])", "'a' = ANY ('{a,b}'::text[])"],
  ...['2 BETWEEN 1 AND 3', '2 NOT BETWEEN 1 AND 3', '5 BETWEEN 1 AND NULL', '0 BETWEEN 1 AND NULL', '1 IS DISTINCT FROM NULL'],
  ...[
    'NULL IS NOT DISTINCT FROM NULL',
    '1 IS DISTINCT FROM 1',
    "'abc' LIKE 'a%'",
    "'abc' LIKE '_b_'",
    "'abc' NOT LIKE 'b%'",
    "'ABC' ILIKE 'a%'",
  ],
  ...[
    "'a%c' LIKE 'a\\%c'",
    "'abc' LIKE 'a\\%c'",
    "'a.c' LIKE 'a.c'",
    "'abc' LIKE 'a.c'",
    "E'a\\nb' LIKE 'a%b'",
    "'abc' ~ '^a'",
    "'abc' ~ 'b$'",
  ],
  ...["'a1' ~ '^[a-z][0-9]+$'", "'A1' ~* '^[a-z]\\d$'", "'x' !~ '^[[:digit:]]+$'", "'12' ~ '^[[:digit:]]{2}$'", "'a-b' ~ '^[a-z0-9-]+$'"],
  ...[
    "'x@y.de' ~ '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'",
    "'x@y' ~ '^[^@]+@[^@]+\\.[a-z]{2,}$'",
    "'ab' ~ '^(a|b)+$'",
    "'' ~ '^$'",
    "E'a\\nb' ~ '^a.b$'",
  ],
  ...[
    "length('abc') = 3",
    "char_length('äöü') = 3",
    "length('') > 0",
    "lower('ABC') = 'abc'",
    "upper('abc') = 'ABC'",
    "trim('  a ') = 'a'",
  ],
  ...[
    "trim(leading 'x' from 'xxa') = 'a'",
    "rtrim('a  ') = 'a'",
    "btrim('xaxx', 'x') = 'a'",
    "position('b' in 'abc') = 2",
    "strpos('abc', 'z') = 0",
  ],
  ...[
    "substring('abcdef' from 2 for 3) = 'bcd'",
    "substr('abc', 0) = 'abc'",
    "substr('abc', 0, 2) = 'a'",
    "left('abc', 2) = 'ab'",
    "right('abc', 2) = 'bc'",
  ],
  ...[
    "left('abc', -1) = 'ab'",
    "right('abc', -1) = 'bc'",
    'abs(-5) = 5',
    'floor(1.5) = 1',
    'ceil(1.2) = 2',
    'num_nonnulls(1, NULL, 2) = 2',
  ],
  ...['num_nulls(1, NULL) = 1', 'num_nonnulls(NULL, NULL) = 1', '7 / 2 = 3', '-7 / 2 = -3', '7 % 3 = 1', '-7 % 3 = -1', '7 / 2.0 = 3.5'],
  ...[
    '0.1 + 0.2 = 0.3',
    '1 - 2 * 3 = -5',
    '10 / 4.0 > 2',
    "'a' || 'b' = 'ab'",
    "'a' || NULL IS NULL",
    "'a' || 1 = 'a1'",
    'COALESCE(NULL, 1) = 1',
  ],
  ...[
    'COALESCE(NULL, NULL, 3) = 3',
    'COALESCE(1, 1 / 0) = 1',
    'NULLIF(1, 1) IS NULL',
    'NULLIF(1, 2) = 1',
    'GREATEST(1, 3, NULL) = 3',
    'LEAST(2, 1) = 1',
  ],
  ...[
    'CASE WHEN 1 = 2 THEN 1 ELSE 2 END = 2',
    "CASE 'a' WHEN 'a' THEN 1 END = 1",
    "CASE 'b' WHEN 'a' THEN 1 END IS NULL",
    'CASE WHEN NULL THEN true ELSE false END',
  ],
  ...[
    "'5'::int = 5",
    "'5' = 5",
    '1.5::int = 2',
    '(-1.5)::int = -2',
    '2.5::int = 3',
    "'abc'::varchar(2) = 'ab'",
    "5::text = '5'",
    "'t'::bool",
    "'no'::bool",
  ],
  ...[
    '1.005::numeric(5,2) = 1.01',
    '12.345::numeric(5,1) = 12.3',
    "'2020-01-01'::date < '2020-01-02'::date",
    "'2020-01-01'::date = '2020-01-01'",
  ],
  ...["'2020-01-01 10:00'::timestamp < '2020-01-01 11:00'", "'2020-01-01 10:00+02'::timestamptz = '2020-01-01 08:00Z'::timestamptz"],
  ...[
    "now() > '2020-01-01'",
    'now() = now()',
    'now() <= now()',
    "now() < now() + interval '30 days'",
    "now() - interval '90 days' > now()",
    "current_date > '2001-01-01'",
  ],
  ...[
    "interval '1 day' > interval '1 hour'",
    "interval '01:30' = interval '90 minutes'",
    "'2020-01-01'::timestamp + interval '1 day' = '2020-01-02'::timestamp",
  ],
  ...[
    "'a'::char(3) = 'a  '::char(5)",
    "'6f1b1c1e-0000-4000-8000-000000000000'::uuid = '6F1B1C1E-0000-4000-8000-000000000000'",
    'cardinality(ARRAY[1, 2]) = 2',
  ],
  ...[
    "array_length('{}'::int[], 1) IS NULL",
    "concat('a', NULL, 'b') = 'ab'",
    'ARRAY[1, 2] = ARRAY[1, 2]',
    'ARRAY[1] = ARRAY[1, 2]',
    'true > false',
    'NOT (NULL IS NULL)',
  ],
];

const FAULTS: readonly (readonly [string, string])[] = [
  ['1 / 0 = 1', '22012'],
  ["'a'::int = 1", '22P02'],
  ["'a' = 1", '22P02'],
  ["'1.5'::int = 1", '22P02'],
  ['3000000000::int = 1', '22003'],
  ["'70000'::smallint = 1", '22003'],
  ['1000::numeric(3, 0) = 1', '22003'],
  ["'maybe'::bool", '22P02'],
  ["'x'::uuid IS NULL", '22P02'],
  ["'{'::jsonb IS NULL", '22P02'],
  ["'2020-02-30'::date IS NULL", '22008'],
  ["'hello'::date IS NULL", '22007'],
  ["'a' = ANY ('a,b'::text[])", '22P02'],
];

let scratch: ScratchPostgres;
let client: Client;

beforeAll(async () => {
  await loadModule();
  scratch = await ScratchPostgres.start();
  client = scratch.client;
}, 120_000);

afterAll(() => scratch[Symbol.asyncDispose](), 60_000);

const scope = (row: ReadonlyMap<string, Abstract>) => ({ catalog, resolve: ([name = '']: readonly string[]) => row.get(name) ?? null });

describe('evaluate', () => {
  it.each(CERTAIN)('MIG-20: agrees with PostgreSQL on %s', async (expression) => {
    const { rows } = await client.query<{ value: boolean | null }>(`SELECT (${expression})::bool AS value`);
    const value = rows[0]?.value;
    expect(truthsOf(evaluate(parsed(expression), scope(new Map())))).toBe(value === null ? NULL : value === true ? TRUE : FALSE);
  });

  it.each(FAULTS)('MIG-20: %s fails as in PostgreSQL, with %s', async (expression, code) => {
    await expect(client.query(`SELECT ${expression}`)).rejects.toMatchObject({ code });
    expect(evaluate(parsed(expression), scope(new Map()))).toMatchObject({ kind: 'fault' });
  });

  it.each([
    ...["'a' < 'b'", "'ä' ~ '^[a-z]$'", "'abc' ~ '(a)\\1'", "'a b' ~ '\\mb'", "upper('ß') = 'SS'", 'random() < 0.5'],
    ...["'abc' SIMILAR TO 'a%'", 'now() > current_date', "'today'::date = current_date", '(SELECT true)'],
  ])('MIG-20: says nothing of %s', (expression) => {
    expect([TRUE, FALSE, NULL]).not.toContain(truthsOf(evaluate(parsed(expression), scope(new Map()))));
  });

  const some = new Map<string, Abstract>([
    ['number', open('int4', { low: 1, high: 9 })],
    ['text', open('text', { longest: 5, nullable: false })],
    ['label', open('text', { nullable: false, among: [known('a', 'text'), known('b', 'text')] })],
    ['free', open('int4')],
    ['none', nothing],
  ]);

  it.each([
    ['number > 0', TRUE | NULL],
    ['number < 10 AND number IS NOT NULL', TRUE | FALSE],
    ['number >= 5', TRUE | FALSE | NULL],
    ['number > 9', FALSE | NULL],
    ['number + 1 > 1', TRUE | NULL],
    ['number - 10 < 0', TRUE | NULL],
    ['number IS NULL OR number > 0', TRUE],
    ['length(text) <= 5', TRUE],
    ['length(text) > 5', FALSE],
    ["length(text || 'x') <= 6", TRUE],
    ["text = 'longer than five'", FALSE],
    ["label IN ('a', 'b', 'c')", TRUE],
    ["label = 'a' OR label = 'b'", TRUE],
    ["label IN ('a', 'c')", TRUE | FALSE],
    ['free = free', TRUE | NULL],
    ['free IS DISTINCT FROM free', FALSE],
    ['free > 0', TRUE | FALSE | NULL],
    ['COALESCE(none, number) > 0', TRUE | NULL],
    ['COALESCE(free, free) IS DISTINCT FROM free', FALSE],
    ['num_nonnulls(number, none) <= 1', TRUE],
    ['num_nonnulls(number, text) >= 1', TRUE],
  ])('MIG-21: of columns within bounds, %s may be %i', (expression, truths) => {
    const node = parsed(expression);
    const found = cases(some, columnsIn(node)).map((row) => truthsOf(evaluate(node, scope(row))));
    expect(found.reduce((all, one) => all | one)).toBe(truths);
  });
});
