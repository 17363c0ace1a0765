import { describe, expect, it } from '@jest/globals';
import { deploy } from './deployment.ts';
import { DeploymentRecord } from './deployment-record.ts';
import type { Judge } from './measure.ts';
import { abort, resume } from './reopening.ts';
import { RolloutError } from './error.ts';
import { rollback } from './rollback.ts';
import { bench, failed, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';
import { diesIn, type Death } from './spec-support/killed.ts';

const ops = { deployer: 'ops@host' };
const eve = { deployer: 'eve@host' };
const verbs = { resume, abort };
/** Every step that there is. */
const after = { monitorMs: 2_000, bakeMs: 20_000, quietMs: 1_000 };
const runs = {
  deploy: (ports: Bench) => deploy({ ...ops, release: OTHER.tag, after }, ports),
  rollback: (ports: Bench) => rollback(ops, ports),
};

/** v1.2.0 serves from blue; for a rollback v1.3.0 from green, with blue parked. */
async function served(kind: keyof typeof runs, options: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  const target = new FakeTarget();
  for (const { tag } of kind === 'deploy' ? [GOOD] : [GOOD, OTHER]) await deploy({ ...ops, release: tag }, bench({ target }));
  return bench({ ...options, target });
}

/** The same disk and environment, a new process. */
const nextProcess = ({ target, entries, records }: Bench, options: Parameters<typeof bench>[0] = {}): Bench =>
  bench({ target, entries, records, ...options });

interface Case {
  readonly at: string;
  readonly outcome: string;
}

/** Kills the run at each entry in turn until it gets through, and ends each with the verb. */
async function matrix(kind: keyof typeof runs, when: Death['when'], verb: keyof typeof verbs): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (let entry = 0; ; entry += 1) {
    const ports = await served(kind);
    if (!(await diesIn(ports, { entry, when }, runs[kind]))) return cases;
    const dead = ports.entries.at(-1);
    const at = dead === undefined ? 'nothing' : 'step' in dead ? `${dead.type} ${dead.step}` : dead.type;
    const again = nextProcess(ports);
    const nothing = ports.entries.length === 0;
    const outcome = await verbs[verb](eve, again).then(
      (record) => record.outcome,
      (error: unknown) => (error as { code: string }).code,
    );
    cases.push({ at, outcome });
    const { active, slots, violations } = again.target;
    const serving = kind === 'deploy' || verb === 'abort' ? ['blue', 'green'] : ['green', 'blue'];
    expect(violations).toEqual([]);
    expect(active === null ? null : slots[active]).toMatchObject({ running: true, working: true });
    expect(serving).toContain(active);
    expect(again.records).toHaveLength(nothing ? 0 : 1);
    for (const record of again.records) expect(DeploymentRecord.parse(record)).toEqual(record);
    // Nothing is in the way of the next run.
    await deploy({ ...ops, release: GOOD.tag }, nextProcess(ports));
  }
}

describe('a run whose process is killed', () => {
  it.each([
    ['deploy', 'resume'],
    ['deploy', 'abort'],
    ['rollback', 'resume'],
    ['rollback', 'abort'],
  ] as const)('ENG-1: %s: comes to a legal end by %s, wherever it was cut off', async (kind, verb) => {
    for (const when of ['before', 'after'] as const) {
      const cases = await matrix(kind, when, verb);
      // What had happened stays; before that there is nothing to finish, and after the end nothing to take back.
      const ends = cases.slice(when === 'before' ? 1 : 0);
      expect(ends.length).toBeGreaterThan(kind === 'deploy' ? 20 : 15);
      const wanted = ends.map(({ at }) => (verb === 'resume' || at === 'closed' ? 'done' : 'undone'));
      expect(ends.map(({ outcome }) => outcome)).toEqual(wanted);
      expect(cases.slice(0, cases.length - ends.length)).toEqual(
        when === 'before' ? [{ at: 'nothing', outcome: 'nothing-unfinished' }] : [],
      );
    }
  });

  it('ENG-1: goes on after the switch without asking the gates or the users again', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'doing', 'drain');
    const again = nextProcess(ports, { verdict: () => failed });
    ports.target.calls.length = 0;
    const record = await resume(eve, again);
    expect(record).toMatchObject({ outcome: 'done', deployer: 'ops@host', reopened: [{ verb: 'resume', by: 'eve@host' }] });
    expect(effects(again)).toEqual(['drain blue']);
  });

  it('ENG-1: passes the gates again before the switch, because nobody knows what still runs', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'done', 'smoke');
    const again = nextProcess(ports, { verdict: (gate) => (gate === 'smoke' ? failed : { status: 'passed', detail: '', checks: [] }) });
    await expect(resume(eve, again)).rejects.toMatchObject({ code: 'gate-failed' });
    expect(again.target).toMatchObject({ active: 'blue', slots: { green: { running: false } } });
  });

  it('ENG-1: does again what was done to processes that have died since', async () => {
    const first = (ports: Bench) => deploy({ ...ops, release: GOOD.tag }, ports);
    const ports = bench();
    const at = (wanted: string, entries: Bench['entries']) =>
      entries.findIndex((entry) => 'step' in entry && `${entry.type} ${entry.step}` === wanted);
    const dry = bench();
    await first(dry);
    expect(await diesIn(ports, { entry: at('done start-work', dry.entries), when: 'after' }, first)).toBe(true);
    ports.target.crash('blue');
    const again = nextProcess(ports);
    const resumed = { entry: at('done switch', dry.entries) - 1, when: 'after' } as const;
    expect(await diesIn(again, resumed, (p) => resume(eve, p))).toBe(true);
    expect(await resume(eve, nextProcess(ports))).toMatchObject({ outcome: 'done', slots: { after: 'blue' } });
    expect(ports.target.slots.blue.working).toBe(true);
  });

  it('WAT-3: goes on watching from the start, and compares with what was before the release', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'doing', 'monitor');
    const earlier = new Set<string | undefined>();
    const judge: Judge = ({ before }) => {
      earlier.add(before?.at);
      return [];
    };
    const again = nextProcess(ports, { judge });
    expect(await resume(eve, again)).toMatchObject({ outcome: 'done' });
    const observed = ports.entries.flatMap((entry) => (entry.type === 'done' ? (entry.finding.observed?.at ?? []) : []));
    expect([...earlier]).toEqual(observed);
    expect(again.events.filter(({ type }) => type === 'watched')).toHaveLength(3 + 3);
  });

  it('ENG-1: goes on going back', async () => {
    const ports = await served('deploy');
    ports.target.fault = (call) => (call === 'start-work green' ? 'before' : undefined);
    await dieAt(ports, 'turned-back');
    ports.target.fault = () => undefined;
    await expect(resume(eve, nextProcess(ports))).rejects.toThrow('start-work green failed');
    expect(ports.target).toMatchObject({ active: 'blue', slots: { green: { running: false }, blue: { working: true } } });
    expect(ports.records[0]).toMatchObject({ outcome: 'undone' });
  });

  it('ENG-2: keeps the next run away until it is resumed or aborted', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'doing', 'deploy');
    await expect(runs.deploy(nextProcess(ports))).rejects.toMatchObject({
      code: 'unfinished',
      message: expect.stringMatching(/^The deploy .* begun by ops@host .* was cut off at the step deploy\.$/),
      next: expect.stringContaining('nx resume backend'),
    });
    await abort(eve, nextProcess(ports));
    await expect(abort(eve, nextProcess(ports))).rejects.toMatchObject({ code: 'nothing-unfinished' });
  });

  it('ENG-2: is not gone on with while it still runs', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'doing', 'deploy');
    await ports.target.lease({ who: 'ops@host', deploymentId: 'the same' });
    await expect(resume(eve, nextProcess(ports))).rejects.toThrow('Held by ops@host');
  });

  it('ENG-3: writes the record that was missing, and nothing else', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'closed');
    ports.target.calls.length = 0;
    const record = await resume(eve, nextProcess(ports));
    expect([record.outcome, record.reopened, effects(ports)]).toEqual(['done', [], []]);
    expect(ports.records).toEqual([record]);
  });

  it('ENG-3: fails where that record still cannot be written, and stays unfinished', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'closed');
    const again = nextProcess(ports);
    const log = { ...again.log, append: () => Promise.reject(new Error('ENOSPC')) };
    await expect(resume(eve, { ...again, log })).rejects.toThrow('ENOSPC');
    expect((await resume(eve, nextProcess(ports))).outcome).toBe('done');
  });

  it('ENG-5: a damaged journal keeps a deployment from beginning, and no rollback', async () => {
    const ports = await served('rollback');
    const damage = new RolloutError('journal-damaged', 'line 2 is none', { untouched: '', next: '' });
    const journal = { ...ports.journal, last: () => Promise.reject(damage) };
    await expect(runs.deploy({ ...ports, journal })).rejects.toBe(damage);
    expect(effects(ports).filter((call) => call.startsWith('deploy'))).toHaveLength(2);
    expect(await runs.rollback({ ...ports, journal })).toMatchObject({ outcome: 'done', slots: { after: 'blue' } });
    expect(ports.events).toContainEqual({ type: 'note', text: 'line 2 is none' });
  });

  it('ENG-5: does not go on with a journal of an earlier format, which has no plan to go by', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'done', 'switch');
    const entries = ports.entries.map((entry) => (entry.type === 'planned' ? { ...entry, plan: { ...entry.plan, steps: [] } } : entry));
    for (const verb of Object.values(verbs))
      await expect(verb(eve, nextProcess(ports, { entries }))).rejects.toMatchObject({ code: 'journal-damaged' });
    expect(ports.target.active).toBe('green');
  });

  it('ENG-3: says what could not be taken back', async () => {
    const ports = await served('deploy');
    await dieAt(ports, 'done', 'switch');
    const again = nextProcess(ports, { verdict: () => failed });
    await expect(abort(eve, again)).rejects.toThrow(/The run was aborted\. It was not taken back: The standby gate/);
    expect(again.target.active).toBe('green');
    expect(again.records[0]?.outcome).toBe('stranded');
  });
});

const effects = ({ target }: Bench): string[] => target.calls.filter((call) => !call.startsWith('heartbeat'));

/** Kills a deployment right after that entry was written. */
async function dieAt(ports: Bench, type: string, step?: string): Promise<void> {
  const dry = await served('deploy');
  dry.target.fault = ports.target.fault;
  await runs.deploy(dry).catch(() => undefined);
  const entry = dry.entries.findIndex((each) => each.type === type && (step === undefined || ('step' in each && each.step === step)));
  expect(await diesIn(ports, { entry, when: 'after' }, runs.deploy)).toBe(true);
}
