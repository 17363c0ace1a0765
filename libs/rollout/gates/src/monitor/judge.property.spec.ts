import { describe, expect, it } from '@jest/globals';
import type { Measure, SlotObservation, Watched } from '@devplatform/rollout-engine';
import fc from 'fast-check';
import { atTheEnd, changed, type Load, MB, ofService, type Story, watched, withoutTraffic } from '../spec-support/watched.ts';
import { judge } from './judge.ts';

/** Around the limits, too. */
const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.1, noNaN: true }));
const load: fc.Arbitrary<Load> = fc.record({
  ...{ requests: fc.integer({ min: 0, max: 200 }), errors: share, upgrades: fc.integer({ min: 0, max: 20 }), upgradesFailed: share },
  ...{ jobs: fc.integer({ min: 0, max: 10 }), jobsFailed: share, cores: fc.double({ min: 0, max: 2, noNaN: true }) },
  slow: fc.record({ share, ms: fc.constantFrom(40, 1_500, 4_000, 9_000, 20_000) }),
  ...{ sockets: fc.nat(300), abnormal: fc.double({ min: 0, max: 3, noNaN: true }) },
  ...{ memory: fc.nat(600).map((held) => () => held * MB), memoryLimit: fc.constant(500 * MB) },
  errorLines: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })),
});
const story: fc.Arbitrary<Story> = fc.record({
  ...{
    blue: load,
    green: load,
    from: fc.constantFrom('blue' as const, null),
    seconds: fc.integer({ min: 0, max: 150 }),
    every: fc.constantFrom(1, 5, 10),
  },
});
const verdictsOf = (of: Watched): ReadonlyMap<string, Measure['verdict']> =>
  new Map(judge()(of).map(({ name, verdict }) => [name, verdict]));

const silent = (slot: SlotObservation): SlotObservation => ({
  traffic: null,
  instances: slot.instances.map((instance) => ({
    ...instance,
    ...{ startedAt: null, healthy: null, memoryBytes: null, cpuSeconds: null, sockets: null, jobs: null, criticalErrors: null },
  })),
});
const NAMES = ['5xx rate', 'P95', 'WebSocket failures', 'disconnects', 'failed jobs', 'memory', 'CPU', 'restarts', 'health', 'new errors'];
const RUNS = { numRuns: 150 };

describe('the judge, whatever a slot does', () => {
  it('says something of every measure, the same for the same samples', () => {
    fc.assert(
      fc.property(story, (some) => {
        const measures = judge()(watched(some));
        expect(measures.map(({ name }) => name)).toEqual(NAMES);
        expect(measures.filter(({ figure }) => figure === '' || figure.length > 240 || /NaN|undefined|\n/.test(figure))).toEqual([]);
        expect(judge()(watched(some))).toEqual(measures);
      }),
      RUNS,
    );
  });

  it('MON-11: never calls a slot hard that does exactly what the old one did', () => {
    fc.assert(
      fc.property(load, fc.integer({ min: 1, max: 150 }), (both, seconds) => {
        const verdicts = verdictsOf(watched({ blue: both, green: both, seconds, age: 3_600 }));
        expect([...verdicts].filter(([, verdict]) => verdict === 'hard')).toEqual([]);
      }),
      RUNS,
    );
  });

  it('MON-4: never calls a measure well whose source does not answer', () => {
    fc.assert(
      fc.property(story, (some) => {
        const verdicts = verdictsOf(changed(watched(some), atTheEnd, silent));
        expect([...verdicts].filter(([, verdict]) => verdict === 'ok')).toEqual([]);
      }),
      RUNS,
    );
  });

  it.each<[string, (slot: SlotObservation) => SlotObservation, string[]]>([
    ['front door', withoutTraffic, ['5xx rate', 'P95', 'WebSocket failures']],
    ['sockets', ofService('backend', () => ({ sockets: null })), ['disconnects']],
    ['jobs', ofService('worker', () => ({ jobs: null })), ['failed jobs']],
    ['memory', ofService('worker', () => ({ memoryBytes: null })), ['memory']],
    ['CPU', ofService('frontend', () => ({ cpuSeconds: null })), ['CPU']],
    ['health', ofService('backend', () => ({ healthy: null })), ['health']],
    ['start', ofService('backend', () => ({ startedAt: null })), ['restarts']],
    ['log', ofService('backend', () => ({ criticalErrors: null })), ['new errors']],
  ])('MON-4: without the %s only what comes from there is unknown', (_, how, names) => {
    const good = watched();
    const verdicts = verdictsOf(changed(good, atTheEnd, how));
    expect([...verdictsOf(good).values()]).toEqual(NAMES.map(() => 'ok'));
    expect([...verdicts].filter(([, verdict]) => verdict === 'unknown').map(([name]) => name)).toEqual(names);
    expect([...verdicts.values()].filter((verdict) => verdict === 'ok')).toHaveLength(NAMES.length - names.length);
  });

  it('MON-3: too little of everything is unknown, and nothing else', () => {
    const verdicts = verdictsOf(watched({ green: { requests: 1, upgrades: 0.1, jobs: 0.1, sockets: 5 }, seconds: 10 }));
    expect([...verdicts].filter(([, verdict]) => verdict === 'ok').map(([name]) => name)).toEqual(['restarts', 'health', 'new errors']);
  });

  it('has a verdict on the first sample, and refuses to judge none', () => {
    expect(judge()(watched({ seconds: 0 }))).toHaveLength(NAMES.length);
    expect(() => judge()({ ...watched(), samples: [] })).toThrow('before the first sample');
  });

  it('more of what is bad is never better', () => {
    const severity = ['ok', 'soft', 'hard'];
    fc.assert(
      fc.property(share, share, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map(
          (errors) => verdictsOf(watched({ green: { errors } })).get('5xx rate') ?? '',
        );
        expect(severity.indexOf(more ?? '')).toBeGreaterThanOrEqual(severity.indexOf(less ?? ''));
      }),
      RUNS,
    );
  });
});
