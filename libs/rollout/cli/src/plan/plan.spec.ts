import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JournalEntry, planDeployment, type Environment, type InFlight, type Release } from '@devplatform/rollout-engine';
import type { PreflightOptions } from '@devplatform/rollout-gates';
import { fileJournal } from '../file-journal.ts';
import { fileLog } from '../log/file-log.ts';
import { planText } from './plan-text.ts';
import { planOf, type PlanAnswer } from './plan.ts';
import { preflightFacts, type Survey } from './preflight-facts.ts';

const GIB = 2 ** 30;
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const release: Release = {
  ...{ tag: 'v1.3.0', version: '1.3.0', commit: 'none', digest: digest('3'), contracts: [1, 2], protocol: [1, 2] },
  ...{ migrations: ['Old1', 'New2', 'New3'], phases: { Old1: 'expand', New2: 'expand' } },
};
const BLUE_SERVES: Environment = {
  ...{ target: 'local', exists: true, active: 'blue', previous: null, publicUrl: 'http://127.0.0.1:1' },
  slots: {
    blue: { slot: 'blue', release: 'v1.2.0', digest: digest('2'), running: true, addresses: null },
    green: { slot: 'green', release: null, digest: null, running: false, addresses: null },
  },
};
const NOTHING_YET: Environment = {
  ...{ ...BLUE_SERVES, exists: false, active: null, publicUrl: null },
  slots: { ...BLUE_SERVES.slots, blue: { ...BLUE_SERVES.slots.green, slot: 'blue' } },
};
const busy: InFlight = { sockets: 200, notYetHinted: 0, httpInFlight: 1, appendQueue: 0, activeJobs: 3, forced: 0 };
const free: Survey = {
  lockHolder: () => null,
  pending: () => Promise.resolve(['New2', 'New3']),
  judgeMigrations: () => Promise.resolve({ outcome: 'safe', remarks: [], left: [] }),
  artifact: () => Promise.resolve({ missing: [], digest: release.digest }),
  room: () => Promise.resolve({ freeMemory: 4 * GIB, freeDisk: 10 * GIB, runningSlot: GIB, replacedSlot: 0 }),
  rehearse: () => Promise.reject(new Error('a plan copies no data')),
};
const HOLDER = { who: 'bob@there', deploymentId: 'd-1234567890', since: '2026-01-01T00:00:00.000Z', step: 'smoke' };

interface Case {
  readonly environment?: Environment;
  readonly survey?: Partial<Survey>;
  readonly inFlight?: () => Promise<InFlight>;
  readonly rules?: NonNullable<PreflightOptions['rules']>;
}

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plan-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function plan({
  environment = BLUE_SERVES,
  survey = {},
  inFlight = () => Promise.resolve(busy),
  rules = {},
}: Case = {}): Promise<PlanAnswer> {
  const target = { describe: () => Promise.resolve(environment), resolveRelease: () => Promise.resolve(release), inFlight };
  const seen = { ...free, ...survey };
  return planOf(
    { release: undefined, plan: (now, wanted) => planDeployment(now, undefined, wanted) },
    {
      ...{ target, survey: seen, journal: fileJournal(home), log: fileLog(home) },
      preflight: { facts: preflightFacts(target, seen, home), rules, acknowledged: { given: [], by: 'ada@host' } },
    },
  );
}

describe('a plan', () => {
  it('PLN-2: says what would happen: slots before and after, steps and their way back, migrations, what is under way', async () => {
    const answer = await plan();
    expect(answer).toMatchObject({
      type: 'plan',
      possible: true,
      blockers: [],
      from: 'blue',
      to: 'green',
      previous: 'v1.2.0',
      next: 'v1.3.0',
    });
    const text = planText(answer);
    expect(text).toMatch(/^v1\.3\.0 \(333333333333\) to green\. Nothing was changed/);
    expect(text).toMatch(/blue .*active: v1\.2\.0 222222222222 .*way back: v1\.2\.0/);
    expect(text).toMatch(/green .*nothing .*active: v1\.3\.0 333333333333/);
    expect(text).toMatch(/4\. deploy +start v1\.3\.0 in green, its workers paused {2}\(undo: stop green\)/);
    expect(text).toMatch(/switch +front door to green\n +undo: blue serves again; standby gate: blue \(v1\.2\.0\); front door to blue;/);
    expect(text).toMatch(/New2 {2}expand +no verdict\n +New3 {2}phase not declared {2}no verdict/);
    expect(text).toContain('blue has 200 sockets, 1 request, 3 jobs under way');
    expect(text).toContain('predicted drain: 2.0 s until the last session was asked to move; jobs get up to 20.0 s');
    expect(text).toMatch(/! migrations .*New3 \(phase not declared\)/);
    expect(text).toContain('✓ It could be deployed now, 4 warnings.');
    expect(text.split('\n').every((line) => line.length <= 160)).toBe(true);
  });

  it.each<[string, Case, string]>([
    [
      'somebody deploys',
      { survey: { lockHolder: () => HOLDER } },
      'lock: bob@there has held it since 2026-01-01T00:00:00.000Z (d-123456) and is at step "smoke"',
    ],
    [
      'the artifact was changed',
      { survey: { artifact: () => Promise.resolve({ missing: [], digest: digest('f') }) } },
      'artifact: v1.3.0 was changed',
    ],
    ['what is pending is not known', { survey: { pending: () => Promise.resolve(null) } }, 'migrations: the database does not run'],
    ['a person has to say something', { rules: { acknowledge: { 'on-call': 'The on-call engineer is aware' } } }, '--acknowledge on-call'],
  ])('PLN-3: names what is in the way, and nothing else: %s', async (_, situation, blocker) => {
    const answer = await plan(situation);
    expect(answer).toMatchObject({ possible: false, blockers: [expect.stringContaining(blocker)] });
    expect(planText(answer)).toContain('✗ It cannot be deployed now: 1 blocker');
    expect(planText(answer)).toContain(`✗ ${answer.blockers[0] ?? ''}`);
  });

  it('PLN-3: a run that was cut off is in the way, and one that runs is the lock holder', async () => {
    const id = '00000001-0000-4000-8000-000000000000';
    const at = '2026-01-01T00:00:00.000Z';
    const wanted = { slot: null, release };
    const opened = {
      ...{ type: 'opened', id, at, state: 'locked', kind: 'deploy', target: 'local', deployer: 'bob@there', fence: 1 },
      wanted,
    };
    await fileJournal(home).append(JournalEntry.parse(opened));
    expect((await plan()).blockers).toEqual([
      expect.stringMatching(/^unfinished run: the deploy 00000001 of bob@there was cut off before its first step.*resume.*abort/),
    ]);
    expect((await plan({ survey: { lockHolder: () => HOLDER } })).blockers).toEqual([expect.stringMatching(/^lock: /)]);
  });

  it('PLN-4: what the deployment itself brings up is not in the way', async () => {
    const answer = await plan({ environment: NOTHING_YET, survey: { pending: () => Promise.resolve(null) } });
    expect(answer).toMatchObject({ possible: true, from: null, underWay: null, migrations: null });
    expect(answer.warnings).toContainEqual(expect.stringMatching(/^migrations: .*the deployment brings it up and asks again$/));
  });

  it('PLN-4: copies no data, and says that the deployment does', async () => {
    const { checks } = await plan({ rules: { rehearseMigrations: true } });
    expect(checks.find(({ name }) => name === 'rehearsal')).toMatchObject({
      status: 'passed',
      warning: false,
      detail: expect.stringContaining('on a copy of the data first'),
    });
  });

  it('PLN-5: warns where the active slot does not say what it has under way, and where it serves the same artifact', async () => {
    expect((await plan({ inFlight: () => Promise.reject(new Error('no answer')) })).warnings).toContain('under way: blue does not say');
    const same = { ...BLUE_SERVES, slots: { ...BLUE_SERVES.slots, blue: { ...BLUE_SERVES.slots.blue, digest: release.digest } } };
    expect((await plan({ environment: same })).warnings).toContain('release: blue serves this very artifact already');
    expect((await plan()).warnings.join()).not.toMatch(/under way|very artifact/);
  });
});
