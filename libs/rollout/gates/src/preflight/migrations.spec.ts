import { describe, expect, it } from '@jest/globals';
import type { Environment } from '@devplatform/rollout-engine';
import { ENVIRONMENT, RELEASE, soundFacts } from '../spec-support/sound-facts.ts';
import type { Verdict } from './check.ts';
import type { MigrationJudgement } from './facts.ts';
import { migrations } from './migrations.ts';
import { LOCAL_RULES } from './rules.ts';

interface Case {
  readonly judgement?: MigrationJudgement;
  readonly environment?: Partial<Environment>;
  readonly given?: readonly string[];
  readonly phases?: (typeof RELEASE)['phases'];
}

const asked: string[] = [];
const judge = ({ judgement, environment = {}, given = [], phases = RELEASE.phases }: Case): Promise<Verdict> =>
  migrations.judge({
    facts: soundFacts({
      environment: () => Promise.resolve({ ...ENVIRONMENT, ...environment }),
      judgeMigrations: (release, running) => {
        asked.push(`${release.tag} on ${running}`);
        return Promise.resolve(judgement ?? { outcome: 'safe', remarks: [], left: [] });
      },
    }),
    ...{ release: { ...RELEASE, phases }, to: 'green', rules: LOCAL_RULES, acknowledged: { given, by: 'ada@host' }, now: 0 },
    pending: () => Promise.resolve(['New2']),
    history: () => Promise.resolve([]),
  });
const bad = (outcome: 'unsafe' | 'unknown', ...reasons: string[]): Case => ({ judgement: { outcome, reasons, left: [] } });
const UNSAFE = bad('unsafe', 'remove-column (New2:1): v1.2.0 still reads x.');

describe('the check of migrations', () => {
  it('MIG-73: is judged against the release that runs, and says why something may go', async () => {
    asked.length = 0;
    const remarks = ['v1.3.0 does not map note.x any more; v1.2.0 did'];
    const verdict = await judge({ judgement: { outcome: 'safe', remarks, left: [] } });
    expect(verdict).toEqual({ status: 'passed', detail: `pending: 1 expand; ${remarks.join()}` });
    expect(asked).toEqual(['v1.3.0 on v1.2.0']);
  });

  it('MIG-73: fails where it would break that release, with rule and reason, and is unknown where nobody can tell', async () => {
    expect(await judge(UNSAFE)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('remove-column (New2:1): v1.2.0 still reads x.'),
    });
    expect(await judge(bad('unknown', 'database.json is missing'))).toMatchObject({
      status: 'unknown',
      detail: expect.stringMatching(/database\.json is missing.*--acknowledge migrations/),
    });
    expect((await judge(bad('unsafe', 'a', 'b', 'c', 'd', 'e'))).detail).toMatch(/^a; b; c; and 2 more;/);
  });

  it('MIG-73: passes with a warning where somebody answers for it, and for nothing else', async () => {
    const { phases } = RELEASE;
    expect(await judge({ ...UNSAFE, given: ['migrations'], phases })).toMatchObject({
      ...{ status: 'passed', warning: true, detail: expect.stringContaining('accepted by ada@host') },
    });
    expect(await judge({ ...UNSAFE, given: ['contract'] })).toMatchObject({ status: 'failed' });
    expect(await judge({ ...UNSAFE, given: ['migrations'], phases: { New2: 'contract' } })).toMatchObject({
      ...{ status: 'failed', detail: expect.stringContaining('--acknowledge contract') },
    });
  });

  it('MIG-73: a contract step that the deployment leaves is no way of no return, and is said', async () => {
    const judgement = { outcome: 'safe', remarks: [], left: ['New2'] } as const;
    expect(await judge({ judgement, phases: { New2: 'contract' } })).toMatchObject({
      ...{ status: 'passed', warning: true, detail: expect.stringMatching(/left until no other release runs: New2.*--contract/) },
    });
  });

  it('MIG-73: there is nobody to break where no release runs, and nobody knows where the release is not known', async () => {
    expect(await judge({ ...UNSAFE, environment: { active: null } })).toEqual({
      ...{ status: 'passed', detail: 'pending: 1 expand; no release runs that it could break' },
    });
    expect(await judge({ environment: { active: 'green' } })).toMatchObject({
      ...{ status: 'unknown', detail: expect.stringContaining('nobody knows which release runs in green') },
    });
  });
});
