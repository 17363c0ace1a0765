import type { InstanceObservation, Measure, Watched } from '@devplatform/rollout-engine';
import { latest } from './window.ts';

/** A verdict on a measure, or on one window or instance of it. */
export type Finding = Pick<Measure, 'verdict' | 'figure'>;

/** Of windows, each of which is enough: one that could be judged counts more than one with too few. */
export const worstWindow = (findings: readonly Finding[]): Finding => worst(findings, ['hard', 'soft', 'ok', 'unknown']);

/** Of instances, all of which have to be well. */
export const worstInstance = (findings: readonly Finding[]): Finding => worst(findings, ['hard', 'soft', 'unknown', 'ok']);

function worst(findings: readonly Finding[], order: readonly Finding['verdict'][]): Finding {
  const sorted = findings.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return sorted[0] ?? { verdict: 'unknown', figure: 'nobody says it' };
}

/** Who does not say it now is no reason to call it well; what is known to be bad stays so until somebody says otherwise. */
export function unlessSilent({ verdict, figure }: Finding, silent: readonly string[]): Finding {
  if (silent.length === 0) return { verdict, figure };
  const who = `${silent.join(', ')} ${silent.length === 1 ? 'does' : 'do'} not say it now`;
  return { verdict: verdict === 'ok' ? 'unknown' : verdict, figure: `${figure}; ${who}` };
}

export const frontDoorSilent = (watched: Watched): readonly string[] =>
  latest(watched).slots[watched.to].traffic === null ? ['the front door'] : [];

/** Instances of the new slot that do not say it now. A service counts as a source where it ever said it, in either slot. */
export function silentSources(watched: Watched, says: (instance: InstanceObservation) => boolean): readonly string[] {
  const observations = [...(watched.before === null ? [] : [watched.before]), ...watched.samples];
  const all = observations.flatMap(({ slots }) => [...slots.blue.instances, ...slots.green.instances]);
  const sources = [...new Set(all.filter(says).map(({ service }) => service))];
  if (sources.length === 0) return ['every service'];
  return silentInstances(watched, says, sources);
}

/** The same where each instance has to say it; `services`: those that have to be there. */
export function silentInstances(
  watched: Watched,
  says: (instance: InstanceObservation) => boolean,
  services: readonly string[] = servicesOf(watched),
): readonly string[] {
  const now = latest(watched).slots[watched.to].instances;
  const silent = now.filter((instance) => services.includes(instance.service) && !says(instance));
  const missing = services.filter((service) => !now.some((instance) => instance.service === service));
  return [...new Set([...silent.map(({ service }) => service), ...missing])];
}

/** Every service that the new slot had since the switch. */
export const servicesOf = ({ to, samples }: Watched): readonly string[] => [
  ...new Set(samples.flatMap(({ slots }) => slots[to].instances.map(({ service }) => service))),
];
