import { describe, expect, it } from '@jest/globals';
import type { DeploymentRecord, Environment } from '@devplatform/rollout-engine';
import { DEPLOYED, ENVIRONMENT, RELEASE, soundFacts } from '../spec-support/sound-facts.ts';
import type { Verdict } from './check.ts';
import { drift } from './drift.ts';
import { LOCAL_RULES } from './rules.ts';

const { blue } = ENVIRONMENT.slots;
const judge = (
  environment: Partial<Environment>,
  records: readonly DeploymentRecord[] = [DEPLOYED],
  given: readonly string[] = [],
): Promise<Verdict> =>
  drift.judge({
    facts: soundFacts({ environment: () => Promise.resolve({ ...ENVIRONMENT, ...environment }) }),
    ...{ release: RELEASE, to: 'green', rules: LOCAL_RULES, acknowledged: { given, by: 'ada@host' }, now: 0 },
    pending: () => Promise.resolve([]),
    history: () => Promise.resolve(records),
  });
const withBlue = (change: Partial<typeof blue>): Partial<Environment> => ({
  slots: { ...ENVIRONMENT.slots, blue: { ...blue, ...change } },
});
const changed = withBlue({ digest: `sha256:${'f'.repeat(64)}` });

describe('drift', () => {
  it('PRE-6: fails where what runs is another artifact than the recorded one, unless somebody answers for it', async () => {
    expect(await judge(changed)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('sha256:ffffffffffff in place of sha256:222222222222'),
    });
    expect(await judge(changed, [DEPLOYED], ['drift'])).toMatchObject({
      status: 'passed',
      warning: true,
      detail: expect.stringContaining('ada@host'),
    });
  });

  it('PRE-6: has nothing to say where everything is as the log says, also after a run that was undone', async () => {
    expect(await judge({})).toEqual({ status: 'passed', detail: 'blue serves v1.2.0, as the log says' });
    const undone: DeploymentRecord = { ...DEPLOYED, outcome: 'undone', version: { ...DEPLOYED.version, next: 'v1.3.0' } };
    expect(await judge({}, [DEPLOYED, undone])).toEqual(await judge({}));
    expect(await judge({ active: null }, [])).toEqual({ status: 'passed', detail: 'nothing was deployed yet' });
  });

  it.each<[string, Partial<Environment>, readonly DeploymentRecord[], string]>([
    ['another slot serves', { active: 'green' }, [DEPLOYED], 'the log says blue serves v1.2.0; green serves an unknown release'],
    ['another release serves', withBlue({ release: 'v1.1.0' }), [DEPLOYED], 'blue serves v1.1.0'],
    ['nobody serves', { active: null }, [DEPLOYED], 'the front door answers from no slot'],
    ['nobody knows who deployed it', {}, [], 'no record says who deployed it'],
    ['the last run stopped half-way', {}, [DEPLOYED, { ...DEPLOYED, outcome: 'stranded' }], 'stopped half-way'],
  ])('PRE-6: warns where %s', async (_, environment, records, why) => {
    expect(await judge(environment, records)).toMatchObject({ status: 'passed', warning: true, detail: expect.stringContaining(why) });
  });
});
