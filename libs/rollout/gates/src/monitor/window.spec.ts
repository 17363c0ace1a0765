import { describe, expect, it } from '@jest/globals';
import type { InstanceObservation, TrafficCounts } from '@devplatform/rollout-engine';
import { BOUNDS_MS, observation } from '../spec-support/watched.ts';
import { baselineOf } from './baseline.ts';
import { countedIn, lastOf, ORIGIN, trafficIn } from './window.ts';

const at = (second: number, story = {}) => observation(second, story);
const traffic = (since: string, requests: number): TrafficCounts => ({
  ...{ since, requests, serverErrors: 0, upgrades: 0, upgradesFailed: 0 },
  latency: { boundsMs: BOUNDS_MS, counts: [requests, ...BOUNDS_MS.map(() => 0)] },
});
const withTraffic = (second: number, counts: TrafficCounts | null) => ({
  ...at(second),
  slots: { ...at(second).slots, green: { traffic: counts, instances: [] } },
});
const withJobs = (second: number, ...instances: Partial<InstanceObservation>[]) => ({
  ...at(second),
  slots: {
    ...at(second).slots,
    green: { traffic: null, instances: instances.map((some) => ({ ...blank, ...some })) },
  },
});
const [OLD, NEW] = ['2025-12-31T00:00:00.000Z', '2026-01-01T00:00:30.000Z'];
const blank: InstanceObservation = {
  ...{ service: 'worker', instance: 'a', startedAt: OLD, healthy: true, memoryBytes: null, memoryLimitBytes: null },
  ...{ cpuSeconds: null, sockets: null, jobs: null, criticalErrors: null },
};
const jobsOf = ({ jobs }: InstanceObservation) => jobs;

describe('traffic in a stretch', () => {
  it('is the difference, over what did not answer in between', () => {
    const stretch = [withTraffic(0, traffic(OLD, 100)), withTraffic(10, null), withTraffic(20, traffic(OLD, 250))] as const;
    expect(trafficIn(stretch, 'green')).toMatchObject({ requests: 150 });
  });

  it.each([
    ['since is later', traffic(NEW, 400)],
    ['it counts less than before', traffic(OLD, 40)],
    ['its bounds are others', { ...traffic(OLD, 400), latency: { boundsMs: [1_000], counts: [400, 0] } }],
  ])('MON-5: begins at 0 where %s', (_, counts) => {
    expect(trafficIn([withTraffic(0, traffic(OLD, 300)), withTraffic(60, counts)], 'green')).toMatchObject({ requests: counts.requests });
  });

  it('has all of a front door that was started in it, and nothing of one that is known once only', () => {
    expect(trafficIn([withTraffic(0, null), withTraffic(60, traffic(NEW, 40))], 'green')).toMatchObject({ requests: 40 });
    expect(trafficIn([withTraffic(0, null), withTraffic(60, traffic(OLD, 40))], 'green')).toBeNull();
    expect(trafficIn([ORIGIN, withTraffic(60, traffic(OLD, 40))], 'green')).toMatchObject({ requests: 40 });
  });
});

describe('counts of instances in a stretch', () => {
  const counted = (...stretch: Parameters<typeof countedIn>[0]) => countedIn(stretch, 'green', jobsOf);

  it.each<[string, Parameters<typeof counted>, number | null]>([
    ['the difference', [withJobs(0, { jobs: { done: 5, failed: 0 } }), withJobs(60, { jobs: { done: 9, failed: 0 } })], 4],
    [
      'MON-5: all of a new start',
      [withJobs(0, { jobs: { done: 5, failed: 0 } }), withJobs(60, { startedAt: NEW, jobs: { done: 9, failed: 0 } })],
      9,
    ],
    ['all of an instance that was started in it', [withJobs(0), withJobs(60, { startedAt: NEW, jobs: { done: 9, failed: 0 } })], 9],
    ['all of one without a start that was not there', [withJobs(0), withJobs(60, { startedAt: null, jobs: { done: 9, failed: 0 } })], 9],
    ['nothing of one that said nothing at the beginning', [withJobs(0, {}), withJobs(60, { jobs: { done: 9, failed: 0 } })], null],
    [
      'the sum of all',
      [
        withJobs(0, { jobs: { done: 1, failed: 0 } }),
        withJobs(60, { jobs: { done: 3, failed: 0 } }, { instance: 'b', startedAt: NEW, jobs: { done: 9, failed: 0 } }),
      ],
      11,
    ],
  ])('are %s', (_, stretch, done) => {
    expect(counted(...stretch)?.get('done') ?? null).toBe(done);
  });
});

describe('the last of the samples', () => {
  const samples = [0, 50, 100, 110, 120].map((second) => at(second));

  it('begins with the newest that is old enough, or is the whole', () => {
    expect(lastOf(samples, 10_000)?.map(({ at: time }) => time)).toEqual([samples[3]?.at, samples[4]?.at]);
    expect(lastOf(samples, 60_000)).toHaveLength(4);
    expect(lastOf(samples, 120_000)).toBeNull();
    expect(lastOf(samples, 500_000)).toBeNull();
    expect(lastOf([], 10)).toBeNull();
  });
});

describe('baseline', () => {
  const counted = (enough: number, story: object, before = true) =>
    baselineOf(
      { from: 'blue', to: 'green', before: before ? at(0, story) : null, samples: [at(60, story)] },
      (stretch, slot) => trafficIn(stretch, slot)?.requests ?? null,
      (requests) => requests >= enough,
    );

  it('is what the old slot counted until the switch, or all it ever counted, or nothing', () => {
    const story = { blue: { requests: 1 }, age: 600 };
    expect(counted(60, story)).toBe(60);
    expect(counted(100, story)).toBe(660);
    expect(counted(1_000, story)).toBeNull();
    expect(counted(60, story, false)).toBe(660);
  });
});
