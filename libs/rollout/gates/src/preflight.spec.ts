import { describe, expect, it } from '@jest/globals';
import type { Check, GateContext, GateResult, Release } from '@devplatform/rollout-engine';
import { virtualClock } from '@devplatform/rollout-engine/virtual-clock';
import { preflight } from './preflight.ts';
import type { PreflightFacts } from './preflight/facts.ts';
import type { PreflightRules } from './preflight/rules.ts';
import { RELEASE, soundFacts } from './spec-support/sound-facts.ts';

interface Case {
  readonly faults?: Partial<PreflightFacts>;
  readonly rules?: Partial<PreflightRules>;
  readonly given?: readonly string[];
}

const context: GateContext = {
  ...{ slot: 'green', tag: 'v1.3.0', clock: virtualClock(), signal: new AbortController().signal, note: () => undefined },
  ...{ probe: () => Promise.resolve([]), addresses: () => Promise.reject(new Error('nothing runs there yet')) },
};
const check = ({ faults, rules = {}, given = [] }: Case): Promise<GateResult> =>
  preflight({ facts: soundFacts(faults), rules, acknowledged: { given, by: 'ada@host' } }).check(context);
const named = ({ checks }: GateResult, name: string): Check | undefined => checks.find((found) => found.name === name);

const pending = (phases: Release['phases']): Partial<PreflightFacts> => ({
  release: () => Promise.resolve({ ...RELEASE, phases }),
  pending: () => Promise.resolve(['New2']),
});
const room = (change: object): Partial<PreflightFacts> => ({
  room: async () => ({ ...(await soundFacts().room('green')), ...change }),
});
const release = (change: Partial<Release>): Partial<PreflightFacts> => ({ release: () => Promise.resolve({ ...RELEASE, ...change }) });
const unreadable = (): Promise<never> => Promise.reject(new Error('the disk does not answer'));
const rehearsed = (report: Awaited<ReturnType<PreflightFacts['rehearse']>>): Case => ({
  faults: { ...pending({ New2: 'expand' }), rehearse: () => Promise.resolve(report) },
  rules: { rehearseMigrations: true },
});
const SAYS = { acknowledge: { 'on-call': 'The on-call engineer is aware of the deployment' } };

describe('the preflight gate', () => {
  it('PRE-1: passes where nothing is wrong, and names everything that it looked at', async () => {
    const result = await check({ rules: SAYS, given: ['on-call'] });
    expect(result).toMatchObject({ status: 'passed', detail: '9 checks passed' });
    const names = ['migrations', 'rehearsal', 'artifact', 'smoke suite', 'rollback', 'memory', 'disk', 'drift', 'acknowledged: on-call'];
    expect(result.checks.map(({ name }) => name)).toEqual(names);
    expect(named(result, 'acknowledged: on-call')?.detail).toBe('"The on-call engineer is aware of the deployment": said by ada@host');
  });

  it.each<[string, string, Case, string]>([
    ['migrations', 'a contract step', { faults: pending({ New2: 'contract' }) }, 'closes the way back'],
    [
      'rehearsal',
      'a migration that does not run on the data',
      rehearsed({ outcome: 'failed', reason: 'column "n" has nulls' }),
      'has nulls',
    ],
    ['rehearsal', 'a migration that was left out', rehearsed({ outcome: 'applied', migrations: [], rows: 1, ms: 1 }), 'New2 did not run'],
    [
      'artifact',
      'a file that is not there',
      { faults: { artifact: () => Promise.resolve({ missing: ['worker/main.js'], digest: RELEASE.digest }) } },
      'lacks worker/main.js',
    ],
    [
      'artifact',
      'another digest',
      { faults: { artifact: () => Promise.resolve({ missing: [], digest: `sha256:${'f'.repeat(64)}` }) } },
      'was changed after it was built',
    ],
    ['smoke suite', 'a newer protocol', { faults: release({ protocol: [1, 9] }) }, 'protocol 9 (the suite: 1 to 2)'],
    ['smoke suite', 'an unknown job contract', { faults: release({ contracts: [1, 7] }) }, 'job contract 7'],
    ['memory', 'less than the minimum', { faults: room({ freeMemory: 256e6, runningSlot: null }) }, '256 MB free, minimum 512 MB'],
    ['memory', 'less than the running slot uses', { faults: room({ freeMemory: 1e9 - 1 }) }, 'not enough for a second slot'],
    ['disk', 'less than the minimum', { faults: room({ freeDisk: 512e6 }) }, '512 MB free, minimum 1.0 GB'],
    ['acknowledged: on-call', 'nobody says so', { rules: SAYS }, '--acknowledge on-call'],
    [
      'acknowledged: on-cal',
      'something that nobody asks for',
      { rules: SAYS, given: ['on-call', 'on-cal'] },
      'on-call, contract, drift, migrations',
    ],
  ])('PRE-2: fails at %s: %s', async (name, _, situation, why) => {
    const result = await check(situation);
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining(`${name}: `) });
    expect(named(result, name)).toMatchObject({ status: 'failed', detail: expect.stringContaining(why) });
    expect(result.checks.filter(({ status }) => status !== 'passed')).toHaveLength(1);
  });

  it.each<[string, Case, string]>([
    ['migrations', { faults: { pending: () => Promise.resolve(null) } }, 'the database does not run'],
    ['migrations', { faults: { pending: unreadable } }, 'the disk does not answer'],
    ['rehearsal', { faults: { pending: () => Promise.resolve(null) }, rules: { rehearseMigrations: true } }, 'nothing can be rehearsed'],
    ['artifact', { faults: { artifact: unreadable } }, 'the disk does not answer'],
    ['rollback', { faults: { history: unreadable } }, 'the disk does not answer'],
    ['memory', { faults: { room: unreadable } }, 'the disk does not answer'],
    ['drift', { faults: { environment: unreadable } }, 'the disk does not answer'],
    ['rehearsal', rehearsed({ outcome: 'impossible', reason: '3000 MB of data are more than 256 MB' }), 'more than 256 MB'],
  ])('PRE-3: what cannot be found out keeps the door shut: %s', async (name, situation, why) => {
    const result = await check(situation);
    expect(result.status).toBe('unknown');
    expect(named(result, name)).toMatchObject({ status: 'unknown', detail: expect.stringContaining(why) });
  });

  it.each<[string, Case, string]>([
    ['migrations', { faults: pending(undefined) }, 'warning: pending: New2 (phase not declared)'],
    ['migrations', { faults: pending({ New2: 'contract' }), given: ['contract'] }, 'ada@host allows the contract step'],
    [
      'migrations',
      { faults: pending({ New2: 'contract' }), rules: { contractMigrations: 'allow' } },
      'the configuration allows the contract step',
    ],
    ['rehearsal', { faults: pending({ New2: 'expand' }) }, 'warning: what is pending is not rehearsed'],
    ['rollback', { faults: { history: () => Promise.resolve([]) } }, 'warning: never rehearsed here'],
  ])('PRE-4: a warning does not keep anybody from deploying, and is in the log: %s', async (name, situation, why) => {
    const result = await check(situation);
    expect(result).toMatchObject({ status: 'passed', detail: expect.stringMatching(new RegExp(`warnings: .*${name}`)) });
    expect(named(result, name)?.detail).toContain(why);
  });

  it('PRE-4: says how long ago users last went back, and warns beyond the limit', async () => {
    const day = 86_400_000;
    const clock = virtualClock();
    await clock.sleep(31 * day);
    const at = async (rules: Partial<PreflightRules>): Promise<string | undefined> =>
      named(await preflight({ facts: soundFacts(), rules, acknowledged: { given: [], by: '' } }).check({ ...context, clock }), 'rollback')
        ?.detail;
    expect(await at({})).toContain('warning: last rollback 31 days ago, longer than 30 days');
    expect(await at({ rollbackRehearsedWithin: 32 * day })).toBe('last rollback 31 days ago');
    expect(await at({ rollbackRehearsedWithin: 0 })).toBe('nobody asks how long ago');
  });

  it('PRE-5: counts the memory of a slot that ends before the new release starts as free', async () => {
    const scarce = { freeMemory: 512e6, runningSlot: 513e6 };
    expect(await check({ faults: room(scarce) })).toMatchObject({ status: 'failed' });
    expect(named(await check({ faults: room({ ...scarce, replacedSlot: 256e6 }) }), 'memory')).toMatchObject({
      status: 'passed',
      detail: expect.stringContaining('768 MB free (256 MB of it once green has ended)'),
    });
  });

  it('PRE-2: rehearses what is pending on a copy of the data where it is told to', async () => {
    const result = await check(rehearsed({ outcome: 'applied', migrations: ['New2'], rows: 12, ms: 34 }));
    expect(named(result, 'rehearsal')).toMatchObject({
      status: 'passed',
      detail: '1 migration ran on a copy of the data (12 rows) in 34 ms',
    });
  });
});
