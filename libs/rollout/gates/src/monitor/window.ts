import type { Slot } from '@devplatform/contracts';
import type { InstanceObservation, Observation, TrafficCounts, Watched } from '@devplatform/rollout-engine';
import type { Limits, Sureness } from './limits.ts';
import { isRestart, timeOf } from './process.ts';

/** Observations in their order, at least one. What had been counted at the first of them does not belong to the stretch. */
export type Stretch = readonly [Observation, ...Observation[]];

/** Before everything: a stretch that begins here has all that was ever counted. */
export const ORIGIN: Observation = {
  at: new Date(0).toISOString(),
  slots: { blue: { traffic: null, instances: [] }, green: { traffic: null, instances: [] } },
};

/** A stretch in which a measure is judged, with its own certainty. */
export interface Window {
  readonly stretch: Stretch;
  readonly sure: Sureness;
  /** `''` for the whole time, ` in the last 60 s` for a moving one. */
  readonly when: string;
}

export function latest({ samples }: Watched): Observation {
  const last = samples.at(-1);
  if (last === undefined) throw new Error('there is nothing to judge before the first sample');
  return last;
}

/** The whole time since the switch, and the moving windows where they are shorter. `start`: what the whole time is counted from. */
export function windowsOf({ samples }: Watched, { certainty }: Limits, start: Observation | null): readonly Window[] {
  const whole = [...(start === null ? [] : [start]), ...samples];
  const moving = [certainty.recentMs, certainty.burstMs].flatMap((ms): Window[] => {
    const stretch = lastOf(samples, ms);
    return stretch === null ? [] : [{ stretch, sure: certainty.moving, when: ` in the last ${ms / 1000} s` }];
  });
  return [...(isStretch(whole) ? [{ stretch: whole, sure: certainty.whole, when: '' }] : []), ...moving];
}

/** From the newest sample that is at least so old on: samples may be far from each other, and none of the time may be left out. */
export function lastOf(samples: readonly Observation[], ms: number): Stretch | null {
  const end = timeOf(samples.at(-1)?.at);
  const start = samples.findLastIndex(({ at }) => timeOf(at) <= end - ms);
  const stretch = samples.slice(start);
  return start > 0 && isStretch(stretch) ? stretch : null;
}

const isStretch = (observations: readonly Observation[]): observations is Stretch => observations.length > 0;

export type Traffic = Omit<TrafficCounts, 'since'>;

/** What the front door counted for the slot in the stretch, over its restarts; null where it was not asked twice with success. */
export function trafficIn(stretch: Stretch, slot: Slot): Traffic | null {
  const start = timeOf(stretch[0].at);
  let previous: TrafficCounts | null = null;
  let total: Traffic | null = null;
  for (const observation of stretch) {
    const { traffic } = observation.slots[slot];
    if (traffic === null) continue;
    if (previous !== null) total = added(total, difference(previous, traffic));
    // It was started within the stretch, so all that it counted belongs to it.
    else if (observation !== stretch[0] && timeOf(traffic.since) >= start) total = traffic;
    previous = traffic;
  }
  return total;
}

function difference(from: TrafficCounts, to: TrafficCounts): Traffic {
  const again = isRestart(from.since, to.since) || to.requests < from.requests || to.upgrades < from.upgrades || !sameBounds(from, to);
  if (again) return to;
  return combined(from, to, (before, now) => now - before);
}

const added = (total: Traffic | null, more: Traffic): Traffic => (total === null ? more : combined(total, more, (a, b) => a + b));

const combined = (a: Traffic, b: Traffic, how: (a: number, b: number) => number): Traffic => ({
  requests: how(a.requests, b.requests),
  serverErrors: how(a.serverErrors, b.serverErrors),
  latency: sameBounds(a, b)
    ? { boundsMs: b.latency.boundsMs, counts: b.latency.counts.map((count, index) => how(a.latency.counts[index] ?? 0, count)) }
    : b.latency,
  upgrades: how(a.upgrades, b.upgrades),
  upgradesFailed: how(a.upgradesFailed, b.upgradesFailed),
});

const sameBounds = (a: Traffic, b: Traffic): boolean => a.latency.boundsMs.join() === b.latency.boundsMs.join();

/** Reads the counts of one kind; null: the instance does not say. */
export type Read<K extends string> = (instance: InstanceObservation) => Readonly<Partial<Record<K, number>>> | null;

/**
 * What all instances of the slot counted in the stretch, over their restarts, added up. An instance that began within the stretch
 * counts from 0. null where nobody said it.
 */
export function countedIn<K extends string>(stretch: Stretch, slot: Slot, read: Read<K>): ReadonlyMap<K, number> | null {
  const known = new Map<string, InstanceObservation>();
  const there = new Set(stretch[0].slots[slot].instances.map(keyOf));
  const total = new Map<K, number>();
  const said = new Set<string>();
  const add = (now: InstanceObservation, since: InstanceObservation | null): void => {
    said.add(keyOf(now));
    const base = since === null ? null : read(since);
    for (const [kind, count] of entriesOf(read(now))) {
      const before = base?.[kind] ?? 0;
      total.set(kind, (total.get(kind) ?? 0) + (count >= before ? count - before : count));
    }
  };
  for (const observation of stretch) {
    for (const now of observation.slots[slot].instances.filter((instance) => read(instance) !== null)) {
      const last = known.get(keyOf(now));
      if (last !== undefined) add(now, isRestart(last.startedAt, now.startedAt) ? null : last);
      else if (observation !== stretch[0] && beganWithin(stretch, now, there)) add(now, null);
      known.set(keyOf(now), now);
    }
  }
  return said.size > 0 ? total : null;
}

function beganWithin(stretch: Stretch, { startedAt, ...instance }: InstanceObservation, there: ReadonlySet<string>): boolean {
  return startedAt === null ? !there.has(keyOf(instance)) : timeOf(startedAt) >= timeOf(stretch[0].at);
}

export const keyOf = ({ service, instance }: Pick<InstanceObservation, 'service' | 'instance'>): string => `${service} ${instance}`;

const entriesOf = <K extends string>(counts: Readonly<Partial<Record<K, number>>> | null): [K, number][] =>
  Object.entries(counts ?? {}) as [K, number][];
