import type { InstanceObservation, Measure, Watched } from '@devplatform/rollout-engine';
import { silentInstances, unlessSilent, type Finding } from './finding.ts';
import { historyOf, instancesNow, spanOf, type Point } from './history.ts';
import type { Limits } from './limits.ts';
import { keyOf } from './window.ts';

/** Health checks that fail: on more than one instance, or for a while on the only one of a service. */
export function health(watched: Watched, limits: Limits): Measure {
  const says = ({ healthy }: InstanceObservation): boolean => healthy !== null;
  return { name: 'health', ...unlessSilent(judgeHealth(watched, limits), silentInstances(watched, says)), proven: false };
}

function judgeHealth(watched: Watched, { health: limit }: Limits): Finding {
  const now = instancesNow(watched);
  if (now.length === 0) return { verdict: 'unknown', figure: 'no instance is known' };
  const failing = now.flatMap((instance) => {
    const points = failingSince(historyOf(watched, instance, ({ healthy }) => (healthy === null ? null : Number(healthy))));
    return points.length === 0 ? [] : [{ instance, points }];
  });
  if (failing.length === 0) return { verdict: 'ok', figure: `${now.length} of ${now.length} healthy` };
  const excused = unhealthyBefore(watched);
  const worse = failing.filter(({ instance }) => !excused.has(instance.service));
  const figure = `${failing.map(({ instance }) => keyOf(instance)).join(', ')} of ${now.length} unhealthy`;
  if (worse.length === 0) return { verdict: 'soft', figure: `${figure} (as bad as before)` };
  const alone = worse.some(({ instance, points }) => {
    const only = now.filter(({ service }) => service === instance.service).length === 1;
    return only && points.length >= limit.samples && spanOf(points) >= limit.spanMs;
  });
  return { verdict: worse.length > limit.instances || alone ? 'hard' : 'soft', figure };
}

/** The looks since the last healthy one; none where that is the newest. */
const failingSince = (points: readonly Point[]): readonly Point[] => points.slice(points.findLastIndex(({ value }) => value === 1) + 1);

/** Services of the old slot that failed before the deployment. Later looks do not count: then it is being emptied. */
function unhealthyBefore({ from, before, samples }: Watched): ReadonlySet<string> {
  const instances = from === null ? [] : ((before ?? samples[0])?.slots[from].instances ?? []);
  return new Set(instances.filter(({ healthy }) => healthy === false).map(({ service }) => service));
}
