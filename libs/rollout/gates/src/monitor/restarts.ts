import type { InstanceObservation, Measure, Watched } from '@devplatform/rollout-engine';
import { silentInstances, unlessSilent, type Finding } from './finding.ts';
import type { Limits } from './limits.ts';
import { isRestart, timeOf } from './process.ts';
import { keyOf, latest } from './window.ts';

/** Instances of the new slot that were started again, were replaced, or have gone. No baseline excuses it: nobody restarts by habit. */
export function restarts(watched: Watched, limits: Limits): Measure {
  const found = restartsIn(watched, limits.certainty.recentMs);
  if (found.length > 0) return { name: 'restarts', verdict: 'hard', figure: found.join(', '), proven: true };
  const silent = silentInstances(watched, ({ startedAt }) => startedAt !== null);
  return { name: 'restarts', ...unlessSilent(judgeGone(watched), silent), proven: false };
}

/** Something else in its place within `placeMs` is a restart; later it is somebody who changes how many there are. */
function restartsIn({ to, samples }: Watched, placeMs: number): readonly string[] {
  const found: string[] = [];
  const seen = new Map<string, { readonly instance: InstanceObservation; readonly at: number }>();
  const gone = new Set<string>();
  for (const sample of samples) {
    const { instances } = sample.slots[to];
    const at = timeOf(sample.at);
    const listed = new Set(instances.map(keyOf));
    for (const key of seen.keys()) {
      if (listed.has(key)) gone.delete(key);
      else gone.add(key);
    }
    for (const instance of instances) {
      const key = keyOf(instance);
      const last = seen.get(key)?.instance;
      const place = last === undefined ? [...gone].find((other) => isPlace(seen.get(other), instance, at - placeMs)) : undefined;
      if (last !== undefined && isRestart(last.startedAt, instance.startedAt)) found.push(`${key} was started again`);
      if (place !== undefined) {
        found.push(`${place} was replaced by ${instance.instance}`);
        gone.delete(place);
        seen.delete(place);
      }
      seen.set(key, { instance: { ...instance, startedAt: instance.startedAt ?? last?.startedAt ?? null }, at });
    }
  }
  return found;
}

const isPlace = (gone: { instance: InstanceObservation; at: number } | undefined, now: InstanceObservation, after: number): boolean =>
  gone !== undefined && gone.instance.service === now.service && gone.at >= after;

/** A list without anybody is a target that could not tell; one that has everybody else is a service that has ended. */
function judgeGone(watched: Watched): Finding {
  const now = latest(watched).slots[watched.to].instances;
  const last = watched.samples.findLast(({ slots }, index) => index < watched.samples.length - 1 && slots[watched.to].instances.length > 0);
  const before = watched.samples.flatMap(({ slots }) => slots[watched.to].instances);
  if (now.length === 0) return { verdict: 'unknown', figure: 'no instance is known' };
  const services = [...new Set(before.map(({ service }) => service))];
  const ended = services.filter((service) => !now.some((instance) => instance.service === service));
  if (ended.length > 0) return { verdict: 'hard', figure: `${ended.join(' and ')} ended and was not started again` };
  const fewer = (last?.slots[watched.to].instances ?? []).filter((instance) => !now.some((other) => keyOf(other) === keyOf(instance)));
  if (fewer.length > 0) return { verdict: 'soft', figure: `${fewer.map(keyOf).join(', ')} has gone` };
  return { verdict: 'ok', figure: `none of ${now.length} ${now.length === 1 ? 'instance' : 'instances'}` };
}
