import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser, statementsOf } from '../sql/statement.ts';
import type { Finding, RuleName } from '../verdict.ts';
import { heard } from './silences.ts';

const found = (rule: RuleName, statement: string, line: number, message = 'it breaks'): Finding => ({
  ...{ rule, kind: 'compat', verdict: 'unsafe', statement, line, message, rewrite: '' },
});
const DROP = 'ALTER TABLE t DROP COLUMN a';
const hear = (text: string, ...findings: Finding[]): ReturnType<typeof heard<Finding>> => heard(text, statementsOf(text), findings);

beforeAll(loadParser);

describe('heard', () => {
  it('MIG-63: takes away the findings of one rule on the statement below, and says the reason', () => {
    const drop = found('remove-column', DROP, 2);
    const other = found('lock-and-scan', DROP, 2);
    const text = `-- migration-check: allow remove-column because nobody reads it\n${DROP};\nSELECT 1;`;
    expect(hear(text, drop, other)).toEqual({ findings: [other], silenced: [{ finding: drop, reason: 'nobody reads it' }] });
  });

  it('MIG-63: two rules need two comments, also with other comments between', () => {
    const [drop, lock] = [found('remove-column', DROP, 4), found('lock-and-scan', DROP, 4)];
    const allow = (rule: string): string => `  -- migration-check: allow ${rule} because so`;
    const text = [allow('remove-column'), '/* more */', allow('lock-and-scan'), DROP].join('\n');
    expect(hear(text, drop, lock)).toMatchObject({ findings: [], silenced: [{ finding: drop }, { finding: lock }] });
  });

  it.each<[string, string, string]>([
    ['has no reason', `-- migration-check: allow remove-column\n${DROP}`, 'does not read'],
    ['has an empty reason', `-- migration-check: allow remove-column because  \n${DROP}`, 'does not read'],
    ['cannot be read', `-- migration-check: ignore everything\n${DROP}`, 'does not read'],
    ['is for another rule', `-- migration-check: allow add-index because so\n${DROP}`, 'no such finding'],
    ['is above another statement', `-- migration-check: allow remove-column because so\nSELECT 1;\n${DROP}`, 'no such finding'],
    ['is at the end', `${DROP};\n-- migration-check: allow remove-column because so`, 'no such finding'],
    ['is inside of a statement', `ALTER TABLE t\n-- migration-check: allow remove-column because so\nDROP COLUMN a`, 'no such finding'],
  ])('MIG-64: a comment that %s takes nothing away and is a finding', (_, text, why) => {
    const statements = statementsOf(text);
    const drop = statements.find((one) => one.text.includes('DROP'));
    const finding = found('remove-column', drop?.text ?? '', drop?.line ?? 0);
    const { findings, silenced } = hear(text, finding);
    expect(silenced).toEqual([]);
    expect(findings).toEqual([finding, expect.objectContaining({ rule: 'unused-silence', message: expect.stringContaining(why) })]);
  });

  it('MIG-64: what cannot run cannot be silenced', () => {
    const text = `-- migration-check: allow cannot-run because I want it\n${DROP}`;
    expect(hear(text, found('cannot-run', DROP, 2)).findings.map(({ rule }) => rule)).toEqual(['cannot-run', 'unused-silence']);
  });
});
