import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser } from '../sql/statement.ts';
import type { DatabaseManifest } from './manifest.ts';
import type { Phase } from './recorded-migration.ts';
import { judgeSuccession, successionCases } from './succession.ts';

beforeAll(loadParser);

const migration = (name: string, up: string, phase: Phase = 'expand'): DatabaseManifest['migrations'][number] => ({
  ...{ name, phase, up: `${up};\n`, down: null, transaction: 'wrapped', gaps: [] },
});
const CREATE = migration('Create1', 'CREATE TABLE note (id int PRIMARY KEY, x text, y text)');
const DROP = migration('Drop2', 'ALTER TABLE note DROP COLUMN x', 'contract');
const ADD = migration('Add3', 'ALTER TABLE note ADD COLUMN z text');
const manifest = (release: string, columns: string[], ...migrations: DatabaseManifest['migrations']): DatabaseManifest => ({
  ...{ format: 1, project: 'ours', release, columns: { note: columns }, queries: [], unread: [], migrations },
});
const V1 = manifest('v1.0.0', ['id', 'x', 'y'], CREATE);
const V2 = manifest('v2.0.0', ['id', 'y', 'z'], CREATE, DROP, ADD);

describe('successionCases', () => {
  it('MIG-71: what a deployment applies has to suit the release that runs, what it leaves the one that comes', () => {
    const { deployment, closing, ledger } = successionCases({ next: V2, running: V1 });
    expect(deployment).toMatchObject({ migrations: [{ source: 'Add3' }], schemaText: CREATE.up, previous: { columns: V1.columns } });
    expect(closing).toMatchObject({
      migrations: [{ source: 'Drop2' }],
      schemaText: `${CREATE.up}\n${ADD.up}`,
      previous: { columns: V2.columns },
    });
    expect(ledger).toEqual(['v2.0.0 does not map note.x any more; v1.0.0 did']);
  });

  it('MIG-71: what the database has already is schema, also where the running release does not know it', () => {
    const { deployment } = successionCases({ next: V2, running: V1, applied: ['Create1', 'Add3'] });
    expect(deployment).toMatchObject({ migrations: [], schemaText: `${CREATE.up}\n${ADD.up}` });
  });

  it('MIG-72: refuses a database that neither release describes, and a release of another project', () => {
    expect(() => successionCases({ next: V2, running: V1, applied: ['Create1', 'Other9'] })).toThrow(
      'has Other9, which neither v1.0.0 nor v2.0.0',
    );
    expect(() => successionCases({ next: { ...V2, project: 'theirs' }, running: V1 })).toThrow('of project theirs');
  });
});

describe('judgeSuccession', () => {
  it('MIG-71: lets a contract step go that the release itself no longer needs, and leaves it', () => {
    expect(judgeSuccession({ next: V2, running: V1 })).toMatchObject({ verdict: 'safe', findings: [], left: ['Drop2'] });
  });

  it('MIG-71: refuses a contract step that the release itself still needs, and the same step called an expand step', () => {
    const needy = manifest('v2.0.0', ['id', 'x'], CREATE, DROP);
    expect(judgeSuccession({ next: needy, running: V1 })).toMatchObject({
      verdict: 'unsafe',
      findings: [{ rule: 'remove-column', source: 'Drop2' }],
    });
    const hasty = manifest('v2.0.0', ['id'], CREATE, { ...DROP, phase: 'expand' });
    const { findings } = judgeSuccession({ next: hasty, running: V1 });
    expect(findings.map(({ rule }) => rule).sort()).toEqual(['phase', 'remove-column']);
  });

  it('MIG-71: is unknown where the running release runs SQL that its manifest cannot say', () => {
    const unread = { ...V1, unread: ['a.ts:1: db.query(sql)'] };
    const report = judgeSuccession({ next: V2, running: unread });
    expect(report).toMatchObject({ verdict: 'unknown', findings: [{ rule: 'unreadable', message: expect.stringContaining('a.ts:1') }] });
  });
});
