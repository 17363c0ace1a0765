import type { Slot } from '@devplatform/contracts';
import type { InstanceObservation, Observation, SlotObservation, TrafficCounts, Watched } from '@devplatform/rollout-engine';

/** What a slot does while it serves, evenly; counts per second, shares of 1. */
export interface Load {
  readonly requests?: number;
  readonly errors?: number;
  /** What each answer took, of every hundred: the rest took 20 ms. */
  readonly slow?: { readonly share: number; readonly ms: number };
  readonly upgrades?: number;
  readonly upgradesFailed?: number;
  readonly sockets?: number;
  /** Abnormal closes per second; each comes back at once. */
  readonly abnormal?: number;
  readonly jobs?: number;
  readonly jobsFailed?: number;
  /** Bytes of the backend after so many seconds of serving. */
  readonly memory?: (second: number) => number;
  readonly memoryLimit?: number;
  /** Of the backend. */
  readonly cores?: number;
  readonly errorLines?: Readonly<Record<string, number>>;
}

export interface Story {
  readonly from?: Slot | null;
  readonly blue?: Load;
  readonly green?: Load;
  /** How long blue had served when somebody looked for the first time, and from then to the switch. */
  readonly age?: number;
  readonly lead?: number;
  /** Of the samples. */
  readonly seconds?: number;
  readonly every?: number;
}

export const MB = 1_000_000;
export const BOUNDS_MS = [10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000];
const EPOCH = Date.UTC(2026, 0, 1);
const isoAt = (second: number): string => new Date(EPOCH + second * 1_000).toISOString();

/** Blue serves since `-age`, somebody looks at second 0, green serves from `lead` on. */
export function watched(story: Story = {}): Watched {
  const { from = 'blue', lead = 60, seconds = 40, every = 1 } = story;
  const at = (second: number): Observation => observation(second, story);
  const samples = Array.from({ length: Math.floor(seconds / every) + 1 }, (_, index) => at(lead + index * every));
  return { from, to: 'green', before: at(0), samples };
}

export function observation(second: number, { from = 'blue', blue = {}, green = {}, age = 600, lead = 60 }: Story): Observation {
  const old = from === null ? { traffic: null, instances: [] } : slotAfter(blue, age + Math.min(second, lead), { pid: 1, start: -age });
  const instances = slotAfter(green, Math.max(0, second - lead), { pid: 11, start: lead / 2 }).instances;
  const traffic = trafficAfter(green, Math.max(0, second - lead), -age);
  return { at: isoAt(second), slots: { blue: old, green: { traffic, instances: second < lead ? [] : instances } } };
}

function slotAfter(load: Load, served: number, process: { readonly pid: number; readonly start: number }): SlotObservation {
  return { traffic: trafficAfter(load, served, process.start), instances: instancesAfter(load, served, process) };
}

/** Small enough not to matter: 100 × 0.29 is 28.999. */
const whole = (count: number): number => Math.floor(count + 1e-9);

function trafficAfter(
  { requests = 100, errors = 0, slow, upgrades = 1, upgradesFailed = 0 }: Load,
  served: number,
  start: number,
): TrafficCounts {
  const total = whole(requests * served);
  const late = slow === undefined ? 0 : whole(total * slow.share);
  const counts = [...BOUNDS_MS, Infinity].map((bound, index, bounds) => {
    const holds = (ms: number): boolean => ms <= bound && ms > (bounds[index - 1] ?? 0);
    return (holds(20) ? total - late : 0) + (slow !== undefined && holds(slow.ms) ? late : 0);
  });
  const asked = whole(upgrades * served);
  return {
    ...{ since: isoAt(start), requests: total, serverErrors: whole(requests * served * errors), latency: { boundsMs: BOUNDS_MS, counts } },
    ...{ upgrades: asked, upgradesFailed: whole(upgrades * served * upgradesFailed) },
  };
}

function instancesAfter(
  load: Load,
  served: number,
  { pid, start }: { readonly pid: number; readonly start: number },
): InstanceObservation[] {
  const {
    sockets = 200,
    abnormal = 0,
    jobs = 1,
    jobsFailed = 0,
    memory = () => 150 * MB,
    memoryLimit = null,
    cores = 0.2,
    errorLines = {},
  } = load;
  const common = { startedAt: isoAt(start), healthy: true, memoryBytes: 80 * MB, memoryLimitBytes: memoryLimit, cpuSeconds: served * 0.1 };
  const silent = { sockets: null, jobs: null, criticalErrors: {} };
  const closed = whole(abnormal * served);
  const failed = whole(jobs * served * jobsFailed);
  return [
    {
      ...{ ...common, ...silent, service: 'backend', instance: `pid ${pid}`, memoryBytes: memory(served), cpuSeconds: served * cores },
      ...{ sockets: { opened: sockets + closed, closed, abnormal: closed }, criticalErrors: errorLines },
    },
    { ...common, ...silent, service: 'worker', instance: `pid ${pid + 1}`, jobs: { done: whole(jobs * served) - failed, failed } },
    { ...common, ...silent, service: 'frontend', instance: `pid ${pid + 2}` },
  ];
}

/** The samples with what a slot says in some of them replaced. */
export function changed(
  story: Watched,
  when: (index: number, samples: number) => boolean,
  how: (slot: SlotObservation) => SlotObservation,
  slot: Slot = 'green',
): Watched {
  const { length } = story.samples;
  const samples = story.samples.map((sample, index) =>
    when(index, length) ? { ...sample, slots: { ...sample.slots, [slot]: how(sample.slots[slot]) } } : sample,
  );
  return { ...story, samples };
}

export const atTheEnd = (index: number, samples: number): boolean => index === samples - 1;

/** One service's instances replaced. */
export const ofService =
  (service: string, patch: (instance: InstanceObservation) => Partial<InstanceObservation>) =>
  (slot: SlotObservation): SlotObservation => ({
    ...slot,
    instances: slot.instances.map((instance) => (instance.service === service ? { ...instance, ...patch(instance) } : instance)),
  });

export const withoutTraffic = (slot: SlotObservation): SlotObservation => ({ ...slot, traffic: null });
