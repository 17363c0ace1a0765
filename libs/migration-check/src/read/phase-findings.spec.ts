import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { madeBy, phaseFindings } from './phase-findings.ts';
import type { Phase } from './recorded-migration.ts';

beforeAll(loadParser);

const findings = (phase: Phase | null, sql: string): readonly string[] => {
  const statements = statementsOf(sql);
  return phaseFindings(phase, statements, new Set(madeBy(statements))).map(({ statement }) => statement);
};

describe('phaseFindings', () => {
  it.each([
    'ALTER TABLE t DROP COLUMN a',
    'DROP TABLE s.t',
    'DROP VIEW v',
    'DROP TYPE mood',
    'DROP FUNCTION f(int)',
    'ALTER TABLE t RENAME COLUMN a TO b',
    'ALTER TABLE t RENAME TO u',
  ])('MIG-65: %s is neither an expand nor a backfill step', (statement) => {
    const sql = `ALTER TABLE t ADD COLUMN z text; ${statement}`;
    expect(findings('expand', sql)).toEqual([statement]);
    expect(findings('backfill', sql)).toEqual([statement]);
    expect(findings('contract', sql)).toEqual([]);
    expect(findings(null, sql)).toEqual([]);
  });

  it('MIG-65: takes nothing away where it drops what it made itself, or an index, a trigger, a constraint, a default', () => {
    expect(findings('expand', 'CREATE TABLE scratch (n int); DROP TABLE scratch')).toEqual([]);
    expect(findings('expand', 'DROP INDEX i; DROP TRIGGER g ON t; ALTER TABLE t DROP CONSTRAINT c, ALTER a DROP DEFAULT')).toEqual([]);
  });

  it('MIG-65: a contract step that only adds need not wait', () => {
    const adds = 'CREATE TABLE n (a int); CREATE INDEX i ON n (a); ALTER TABLE t ADD COLUMN b int, ADD COLUMN c int';
    expect(findings('contract', adds)).toEqual(['CREATE TABLE n (a int)']);
    for (const closing of ['ALTER TABLE t ALTER a SET NOT NULL', 'CREATE UNIQUE INDEX u ON t (a)', 'DROP INDEX i', 'DELETE FROM t'])
      expect(findings('contract', `${adds}; ${closing}`)).toEqual([]);
  });
});
