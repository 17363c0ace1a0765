import type { Measure, Watched } from '@devplatform/rollout-engine';
import { baselineOf } from './baseline.ts';
import { frontDoorSilent, unlessSilent } from './finding.ts';
import type { Limits } from './limits.ts';
import { judgeShares, type Reading, type ShareRule } from './share-measure.ts';
import { type Traffic, trafficIn, windowsOf } from './window.ts';

/** A measure of what the front door counts; `read` takes from it what the measure is about. */
export function judgeTraffic(
  name: string,
  watched: Watched,
  limits: Limits,
  rule: Omit<ShareRule, 'certainty'>,
  read: (traffic: Traffic) => Reading,
): Measure {
  const known = (traffic: Traffic | null): Reading | null => (traffic === null ? null : read(traffic));
  // The slot got nothing through the front door before the switch: what it had counted then is where it starts.
  const windows = windowsOf(watched, limits, watched.before).map(({ stretch, ...window }) => ({
    ...window,
    reading: known(trafficIn(stretch, watched.to)),
  }));
  const before = baselineOf(
    watched,
    (stretch, slot) => known(trafficIn(stretch, slot)),
    ({ of }) => of >= rule.minimum,
  );
  const finding = judgeShares(windows, before, { ...rule, certainty: limits.certainty });
  return { name, ...unlessSilent(finding, frontDoorSilent(watched)), proven: false };
}
