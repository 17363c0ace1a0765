import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Judgement, LocatedFinding } from '../input/migration-case.ts';
import { RuleName } from '../verdict.ts';
import { githubReport } from './github.ts';
import { batchLine, jsonReport } from './json.ts';
import { sarifReport } from './sarif.ts';
import { textReport } from './text.ts';

const finding = (over: Partial<LocatedFinding> = {}): LocatedFinding => ({
  ...{ rule: 'add-index', kind: 'lock', verdict: 'unsafe', source: 'up.sql', line: 3 },
  ...{ statement: 'CREATE INDEX i\n  ON projects (owner)', message: 'Writers wait.', rewrite: 'CREATE INDEX CONCURRENTLY …;' },
  ...over,
});

const judgement = (findings: readonly LocatedFinding[], migrations = 1): Judgement => ({
  ...{ verdict: findings.length === 0 ? 'safe' : 'unsafe', findings, migrations, statements: 4, ledger: [], allowed: [], notes: [] },
});

describe('jsonReport', () => {
  it('MIG-50: has exactly the fields of the stable command', () => {
    const { rule, kind, statement, line, message, rewrite } = finding();
    expect(JSON.parse(jsonReport(judgement([finding()])))).toStrictEqual({
      verdict: 'unsafe',
      findings: [{ rule, kind, statement, line, message, rewrite }],
    });
    expect(JSON.parse(jsonReport(judgement([])))).toStrictEqual({ verdict: 'safe', findings: [] });
  });

  it('names the file where there are several', () => {
    const report: unknown = JSON.parse(jsonReport(judgement([finding()], 2)));
    expect(report).toMatchObject({ findings: [{ file: 'up.sql', line: 3 }] });
  });

  it('answers a case of a batch on one line, an error with its message', () => {
    const line = batchLine({ id: 'a', verdict: 'unsafe', judgement: judgement([finding()]) });
    expect(line).not.toContain('\n');
    expect(Object.keys(JSON.parse(line) as object)).toStrictEqual(['id', 'verdict', 'findings']);
    expect(JSON.parse(batchLine({ id: null, verdict: 'error', message: 'no' }))).toStrictEqual({
      ...{ id: null, verdict: 'error', findings: [], message: 'no' },
    });
  });
});

describe('textReport', () => {
  it('says where, why, what is safe, and the verdict on each axis in the last line', () => {
    const report = textReport(judgement([finding(), finding({ kind: 'compat', verdict: 'unknown', rule: 'unreadable' })], 2), false);
    expect(report).toContain('up.sql:3  unsafe  lock  add-index');
    expect(report).toContain('why   Writers wait.');
    expect(report).toContain('safe  CREATE INDEX CONCURRENTLY');
    expect(report.split('\n').at(-1)).toBe('unsafe: compat unknown, lock unsafe (4 statements in 2 migrations)');
  });

  it('has colours only where they are asked for, and never those of a file', () => {
    const hostile = finding({ statement: 'SELECT \u001b[2J\u001b]0;title\u0007 1', message: '\u001b[31mred\r' });
    // eslint-disable-next-line no-control-regex
    expect(textReport(judgement([hostile]), false)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(textReport(judgement([finding()]), true)).toContain('\u001b[31munsafe');
  });
});

describe('githubReport', () => {
  it('MIG-51: escapes as the workflow commands of GitHub ask for', () => {
    const odd = finding({ source: 'a,b:c%.sql', message: '100 %\r\nsecond', rewrite: 'x' });
    expect(githubReport(judgement([odd])).split('\n')[0]).toBe(
      '::error file=a%2Cb%3Ac%25.sql,line=3,title=add-index (lock%2C unsafe)::100 %25%0D%0Asecond%0ASafe: x',
    );
  });
});

describe('sarifReport', () => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'spec-support/sarif-2.1.0-rtm.5.json'), 'utf8')) as object;
  // Its patterns were written before the flag for Unicode.
  const ajv = addFormats.default(new Ajv({ strict: false, unicodeRegExp: false }));
  const valid = ajv.compile(schema);

  it('MIG-52: is valid by the schema of SARIF 2.1.0', () => {
    const report: unknown = JSON.parse(sarifReport(judgement([finding({ source: 'a b/ü.sql' }), finding({ source: '/tmp/x y.sql' })])));
    expect({ valid: valid(report), errors: valid.errors }).toStrictEqual({ valid: true, errors: null });
    expect(valid({ ...(report as object), version: '2.0.0' })).toBe(false);
  });

  it('has a region for each finding, and a page for each rule', () => {
    const report = JSON.parse(sarifReport(judgement([finding({ source: 'a b.sql' })]))) as {
      runs: { tool: { driver: { rules: { id: string; helpUri: string }[] } }; results: object[] }[];
    };
    const [run] = report.runs;
    expect(run?.results).toMatchObject([
      {
        ruleIndex: RuleName.options.indexOf('add-index'),
        locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b.sql' }, region: { startLine: 3, endLine: 4 } } }],
      },
    ]);
    expect(run?.tool.driver.rules.map(({ id }) => id)).toStrictEqual(RuleName.options);
    for (const { id, helpUri } of run?.tool.driver.rules ?? []) {
      expect(readFileSync(new URL(helpUri), 'utf8')).toContain(`# ${id}\n`);
    }
  });
});
