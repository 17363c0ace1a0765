import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { PreviousRelease } from '../previous/previous.ts';
import { judgeChain } from '../read/judge-chain.ts';
import { Phase } from '../read/recorded-migration.ts';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { RuleName } from '../verdict.ts';

interface Example {
  readonly page: string;
  readonly claim: string;
  readonly transaction: 'wrapped' | 'none';
  /** null: it does not say. */
  readonly phase: Phase | null;
  readonly schema: string;
  readonly previous: PreviousRelease;
  readonly sql: string;
}

/** What a new table breaks is named by what it breaks: a foreign key, a name. */
const NAMED_OTHERWISE = 'add-table';

const pageOf = (rule: string): string => readFileSync(join(import.meta.dirname, '../../../../docs/migrations/rules', `${rule}.md`), 'utf8');

/**
 * Blocks `sql schema` and `json previous` hold until the next of their kind; `sql safe`, `sql unsafe` and `sql unknown` are examples, with
 * `none` outside of a transaction, with a phase as a migration that declares it.
 */
function examplesOf(page: string): readonly Example[] {
  let schema = '';
  let previous: PreviousRelease = { columns: {}, queries: [] };
  const examples: Example[] = [];
  for (const [, claim = '', mode, sql = ''] of pageOf(page).matchAll(/^```(?:sql|json) (\w+)(?: (\w+))?\n([^]*?)^```$/gm)) {
    if (claim === 'schema') schema = sql;
    else if (claim === 'previous') previous = PreviousRelease.parse(JSON.parse(sql));
    else {
      const how =
        mode === 'none'
          ? ({ transaction: 'none', phase: null } as const)
          : { transaction: 'wrapped' as const, phase: Phase.nullable().parse(mode ?? null) };
      examples.push({ page, claim, schema, previous, sql, ...how });
    }
  }
  return examples;
}

describe('the pages of the rules', () => {
  beforeAll(loadParser);

  it.each(RuleName.options)('MIG-58: %s has hazard, why, what it depends on, and a safe way', (rule) => {
    const text = pageOf(rule);
    expect(text).toContain(`# ${rule}\n`);
    for (const part of ['**Hazard.**', '**Why.**', '**What the verdict depends on.**']) expect(text).toContain(part);
    const claims = examplesOf(rule).map(({ claim }) => (claim === 'unknown' ? 'unsafe' : claim));
    expect(new Set(claims)).toStrictEqual(new Set(['unsafe', 'safe']));
  });

  it.each(RuleName.options.flatMap(examplesOf).map((example, i) => [example.page, example.claim, i + 1, example] as const))(
    'MIG-58: %s: what it calls %s is (%i)',
    (_page, claim, _, example) => {
      const { verdict, findings } = judged(example);
      expect({ verdict, findings: claim === 'safe' ? findings : [] }).toStrictEqual({ verdict: claim, findings: [] });
    },
  );

  it.each(RuleName.options.filter((rule) => rule !== NAMED_OTHERWISE))('MIG-58: %s: what is unsafe there leads there', (rule) => {
    const rules = examplesOf(rule).flatMap((example) => judged(example).findings.map((finding) => finding.rule));
    expect(rules).toContain(rule);
  });
});

function judged({ sql, schema, previous, transaction, phase }: Example): ReturnType<typeof judgeChain> {
  const migration = { text: sql, statements: statementsOf(sql), transaction, phase };
  return judgeChain({ migrations: [migration], schema: statementsOf(schema), previous });
}
