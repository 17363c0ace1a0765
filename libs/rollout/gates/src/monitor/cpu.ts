import type { InstanceObservation, Measure, Watched } from '@devplatform/rollout-engine';
import { silentInstances, unlessSilent, worstInstance, type Finding } from './finding.ts';
import { historyOf, instancesNow, spanOf } from './history.ts';
import type { Limits } from './limits.ts';
import { limitPercent, percent, duration } from './wording.ts';

/** Processor time of each instance, of one core, on average over the sustained time; warns only. */
export function cpu(watched: Watched, limits: Limits): Measure {
  const says = ({ cpuSeconds }: InstanceObservation): boolean => cpuSeconds !== null;
  const judged = instancesNow(watched).map((instance) => judgeCpu(watched, instance, limits));
  const findings = judged.toSorted((a, b) => b.load - a.load).map(({ finding }) => finding);
  return { name: 'CPU', ...unlessSilent(worstInstance(findings), silentInstances(watched, says)), proven: false };
}

function judgeCpu(
  watched: Watched,
  instance: InstanceObservation,
  { cpu: { soft, sustainedMs } }: Limits,
): { load: number; finding: Finding } {
  const points = historyOf(watched, instance, ({ cpuSeconds }) => cpuSeconds);
  const last = points.at(-1);
  const start = points.findLast(({ at }) => last !== undefined && at <= last.at - sustainedMs);
  if (last === undefined || start === undefined) {
    const figure = `${instance.service}: ${duration(spanOf(points))} of the ${duration(sustainedMs)} that are needed to tell`;
    return { load: 0, finding: { verdict: 'unknown', figure } };
  }
  const load = (last.value - start.value) / ((last.at - start.at) / 1_000);
  const figure = `${instance.service} ${percent(load)} of a core for ${duration(last.at - start.at)} (limit ${limitPercent(soft)})`;
  return { load, finding: { verdict: load > soft ? 'soft' : 'ok', figure } };
}
