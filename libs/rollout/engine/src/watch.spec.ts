import { describe, expect, it } from '@jest/globals';
import { deploy } from './deployment.ts';
import type { Judge, Measure } from './measure.ts';
import { rollback } from './rollback.ts';
import { bench, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';

const ops = { deployer: 'ops@host' };
const after = { monitorMs: 5_000, bakeMs: 30_000, quietMs: 2_000 };

const measure = (verdict: Measure['verdict'], rest: Partial<Measure> = {}): Measure => ({
  ...{ name: '5xx', verdict, figure: '2 % of 500', proven: false },
  ...rest,
});
/** The verdicts of the samples in turn; the last one goes on. */
function judging(...verdicts: readonly Measure[]): Judge {
  const rest = [...verdicts];
  return () => {
    const [next] = rest;
    if (rest.length > 1) rest.shift();
    return next === undefined ? [] : [next];
  };
}

/** v1.2.0 serves from blue. */
async function served(judge: Judge): Promise<Bench> {
  const target = new FakeTarget();
  await deploy({ ...ops, release: GOOD.tag }, bench({ target }));
  target.calls.length = 0;
  return bench({ target, judge });
}
const effects = ({ target }: Bench): string[] => target.calls.filter((call) => !call.startsWith('heartbeat'));
const watched = ({ events }: Bench): number => events.filter(({ type }) => type === 'watched').length;

describe('the steps after the switch', () => {
  it('WAT-1: watches the new slot before the old one is empty, then accounts, bakes and parks', async () => {
    const ports = await served(judging(measure('ok')));
    const record = await deploy({ ...ops, release: OTHER.tag, after }, ports);
    const names = record.steps.map(({ name }) => name);
    expect(names.slice(names.indexOf('drain'))).toEqual(['drain', 'monitor', 'settle', 'account', 'bake', 'decommission']);
    expect(names.indexOf('observe')).toBe(2);
    expect(record).toMatchObject({ outcome: 'done', issues: [] });
    expect(watched(ports)).toBe(6 + 4);
    expect(ports.target.slots.blue.running).toBe(true);
  });

  it('WAT-1: has no such step where its time is 0', async () => {
    const ports = await served(judging(measure('hard')));
    const record = await deploy({ ...ops, release: OTHER.tag }, ports);
    expect(record.steps.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['monitor']));
    expect([record.outcome, watched(ports)]).toEqual(['done', 0]);
  });

  it.each([
    ['twice in a row', [measure('ok'), measure('hard'), measure('ok'), measure('hard')], 5],
    ['once, where it is proven', [measure('ok'), measure('hard', { proven: true })], 2],
  ])('WAT-2: takes users back when a measure is hard %s', async (_name, verdicts, samples) => {
    const ports = await served(judging(...verdicts));
    await expect(deploy({ ...ops, release: OTHER.tag, after }, ports)).rejects.toMatchObject({
      code: 'monitor-failed',
      message: 'green is over its limits: 5xx 2 % of 500. Traffic is on blue again.',
    });
    expect(watched(ports)).toBe(samples);
    expect(ports.target).toMatchObject({
      ...{ active: 'blue', violations: [] },
      slots: { blue: { running: true, working: true, draining: false, sockets: 15 }, green: { running: false } },
    });
    const [record] = ports.records;
    expect(record).toMatchObject({ outcome: 'undone', slots: { before: 'blue', after: 'blue' } });
    expect(record?.measures).toEqual([{ step: 'monitor', measures: [verdicts.at(-1)] }]);
  });

  it.each([
    ['takes users back where one more is hard', measure('hard'), 'monitor-failed'],
    ['ends well where one more is not', measure('ok'), null],
  ])('WAT-2: does not call well what only the last sample called hard: %s', async (_name, next, code) => {
    const ports = await served(judging(measure('ok'), measure('ok'), measure('hard'), next));
    const ended = await deploy({ ...ops, release: OTHER.tag, after: { monitorMs: 2_000 } }, ports).then(
      () => null,
      (error: unknown) => (error as { code: string }).code,
    );
    expect([ended, watched(ports)]).toEqual([code, 4]);
  });

  it('WAT-2: goes back from the bake too, when the old slot was parked already', async () => {
    const ports = await served(judging(...Array.from({ length: 7 }, () => measure('ok')), measure('hard')));
    await expect(deploy({ ...ops, release: OTHER.tag, after }, ports)).rejects.toThrow('Traffic is on blue again');
    expect(ports.target).toMatchObject({ active: 'blue', violations: [] });
  });

  it('WAT-4: warns of what is soft, and says what nobody could tell', async () => {
    const ports = await served(judging(measure('soft'), measure('unknown', { figure: '12 requests' })));
    const record = await deploy({ ...ops, release: OTHER.tag, after: { monitorMs: 3_000 } }, ports);
    expect(record).toMatchObject({ outcome: 'done', slots: { after: 'green' } });
    expect(record.issues).toEqual([
      '5xx of green was over its soft limit: 2 % of 500. The monitor could not tell for green: 5xx (12 requests).',
    ]);
  });

  it('stops watching when it is interrupted, and leaves users where they are', async () => {
    const ports = await served(judging(measure('ok')));
    const judge: Judge = ({ samples }) => {
      if (samples.length === 2) ports.interrupt();
      return [];
    };
    const stopped = deploy({ ...ops, release: OTHER.tag, after }, { ...ports, watch: { ...ports.watch, judge } });
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted', message: expect.stringContaining('left to do: wait until') });
    expect(ports.target.active).toBe('green');
  });

  it('a first release has nobody to go back to: what is wrong is an issue', async () => {
    const ports = bench({ judge: judging(measure('hard')) });
    const record = await deploy({ ...ops, release: GOOD.tag, after }, ports);
    expect(record).toMatchObject({ outcome: 'done', slots: { after: 'blue' } });
    expect(record.issues.join()).toContain('monitor: blue is over its limits');
  });
});

describe('decommission', () => {
  const stopping = { ...after, decommission: 'stop' as const };

  it('WAT-5: stops the old slot once it is seen to be idle and quiet; then a rollback says that there is no way back', async () => {
    const ports = await served(judging(measure('ok')));
    const record = await deploy({ ...ops, release: OTHER.tag, after: stopping }, ports);
    expect(record.steps.at(-1)).toMatchObject({
      name: 'decommission',
      ok: true,
      detail: expect.stringMatching(/no answer .* 2 s; it is stopped/),
    });
    expect(effects(ports).at(-1)).toBe('stop blue');
    await expect(rollback(ops, bench({ target: ports.target }))).rejects.toMatchObject({ code: 'no-way-back' });
  });

  it.each([
    ['still holds a session', { sockets: 1, answers: 0, step: 0 }, 'it still has 1 socket'],
    ['still answers users', { sockets: 0, answers: 0, step: 1 }, 'the front door still has answers of it'],
    ['is not counted by the front door', { sockets: 0, answers: null, step: 0 }, 'the front door does not count its answers'],
  ])('WAT-5: leaves a slot alone that %s', async (_name, { sockets, answers, step }, why) => {
    const ports = await served(judging(measure('ok')));
    const { target } = ports;
    let count = answers;
    const observe = target.observe.bind(target);
    target.observe = async () => {
      const seen = await observe();
      const { traffic } = seen.slots.blue;
      if (count !== null) count += step;
      return {
        ...seen,
        slots: {
          ...seen.slots,
          blue: { ...seen.slots.blue, traffic: count === null || traffic === null ? null : { ...traffic, requests: count } },
        },
      };
    };
    target.fault = (call) => {
      if (call === 'heartbeat decommission') target.slots.blue.sockets = sockets;
      return undefined;
    };
    const record = await deploy({ ...ops, release: OTHER.tag, after: stopping }, ports);
    expect(record.issues.join()).toContain(`blue was not decommissioned: ${why}.`);
    expect([record.outcome, target.slots.blue.running]).toEqual(['done', true]);
  });
});
