import type { InstanceObservation, Watched } from '@devplatform/rollout-engine';
import { isRestart, timeOf } from './process.ts';
import { keyOf, latest } from './window.ts';

export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** The instances that the new slot has now. */
export const instancesNow = (watched: Watched): readonly InstanceObservation[] => latest(watched).slots[watched.to].instances;

/** What the samples say of an instance since its last start, where they say it; the oldest first. */
export function historyOf(
  { to, samples }: Watched,
  of: InstanceObservation,
  read: (instance: InstanceObservation) => number | null,
): Point[] {
  const points: Point[] = [];
  let start = of.startedAt;
  for (const { at, slots } of samples.toReversed()) {
    const then = slots[to].instances.find((instance) => keyOf(instance) === keyOf(of));
    if (then === undefined) continue;
    if (isRestart(then.startedAt, start)) break;
    start = then.startedAt ?? start;
    const value = read(then);
    if (value !== null) points.push({ at: timeOf(at), value });
  }
  return points.toReversed();
}

export const spanOf = (points: readonly Point[]): number => (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
