import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { ledgerOf } from './ledger.ts';

beforeAll(loadParser);

const release = (name: string, columns: Record<string, string[]>): { release: string; columns: Record<string, string[]> } => ({
  release: name,
  columns,
});
const running = release('v1.3.0', { annotation: ['id'], 'app.note': ['id', 'text'] });
const earlier = [release('v1.1.0', { annotation: ['id', 'x'], old: ['id'] }), release('v1.2.0', { annotation: ['id', 'x'] })];

describe('ledgerOf', () => {
  it('MIG-66: says which release has stopped using what goes, and which was the last that did', () => {
    const statements = statementsOf('ALTER TABLE annotation DROP COLUMN x, DROP COLUMN id; DROP TABLE old, app.note');
    expect(ledgerOf(statements, running, earlier)).toEqual([
      'v1.3.0 does not map annotation.x any more; v1.2.0 did',
      'v1.3.0 does not map old any more; v1.1.0 did',
    ]);
  });

  it('MIG-66: does not make up a history that it does not know', () => {
    const statements = statementsOf('ALTER TABLE annotation DROP COLUMN never');
    expect(ledgerOf(statements, running, earlier)).toEqual(['v1.3.0 does not map annotation.never, and neither did v1.1.0, v1.2.0']);
    expect(ledgerOf(statements, running, [])).toEqual(['v1.3.0 does not map annotation.never']);
  });
});
