import type { InstanceObservation, Measure, Watched } from '@devplatform/rollout-engine';
import { predecessors } from './baseline.ts';
import { silentInstances, unlessSilent, worstInstance, type Finding } from './finding.ts';
import { historyOf, instancesNow, spanOf, type Point } from './history.ts';
import { type Growth, steadyGrowth } from './leak.ts';
import type { Limits } from './limits.ts';
import { timeOf } from './process.ts';
import { limitPercent, megabytes, percent, duration } from './wording.ts';
import { keyOf } from './window.ts';

/** What the old slot's instances of the same service held, while they served. */
interface Usual {
  readonly bytes: number;
  /** Of the limit; 0 where there is none. */
  readonly share: number;
  readonly bytesPerMs: number;
}

/** What the processes hold, of their limit, and whether it grows without end. */
export function memory(watched: Watched, limits: Limits): Measure {
  const judged = instancesNow(watched).map((instance) => ({ instance, finding: judgeInstance(watched, instance, limits) }));
  const findings = judged.toSorted((a, b) => shareOf(b.instance) - shareOf(a.instance)).map(({ finding }) => finding);
  const silent = silentInstances(watched, ({ memoryBytes }) => memoryBytes !== null);
  return { name: 'memory', ...unlessSilent(worstInstance(findings), silent), proven: false };
}

const shareOf = ({ memoryBytes, memoryLimitBytes }: InstanceObservation): number =>
  memoryBytes === null || memoryLimitBytes === null ? 0 : memoryBytes / memoryLimitBytes;

function judgeInstance(watched: Watched, instance: InstanceObservation, limits: Limits): Finding {
  const { memory: limit, leak } = limits;
  const points = historyOf(watched, instance, ({ memoryBytes }) => memoryBytes);
  const now = points.at(-1);
  if (now === undefined) return { verdict: 'unknown', figure: `${instance.service}: not known` };
  const usual = usualOf(watched, instance.service);
  const level = judgeLevel(instance, now.value, usual, limit);
  const warm = points.filter(({ at }) => at >= (points[0]?.at ?? 0) + leak.warmUpMs);
  const growth = judgeGrowth(instance, warm, usual, limits);
  if (growth !== null && level.verdict !== 'hard') return growth;
  const early = spanOf(warm) < leak.spanMs;
  if (level.verdict !== 'ok' || !early) return level;
  const needed = `${duration(spanOf(points))} of the ${duration(leak.warmUpMs + leak.spanMs)} that are needed to tell whether it grows`;
  return { verdict: 'unknown', figure: `${level.figure}; ${needed}` };
}

function judgeLevel(
  { service, memoryLimitBytes: most }: InstanceObservation,
  bytes: number,
  usual: Usual | null,
  limit: Limits['memory'],
): Finding {
  const before = usual === null ? '' : `, before ${megabytes(usual.bytes)}`;
  if (most === null) return { verdict: 'ok', figure: `${service} ${megabytes(bytes)} (no limit${before})` };
  const share = bytes / most;
  // Twice of nearly everything is not possible: here, as bad as before is to have been above the limit, too.
  const excused = usual !== null && usual.share > limit.hard;
  const verdict = share > limit.hard && !excused ? 'hard' : share > limit.soft ? 'soft' : 'ok';
  const against = limitPercent(share > limit.hard ? limit.hard : limit.soft);
  const words = share > limit.hard && excused ? ', as bad as before' : '';
  return { verdict, figure: `${service} ${percent(share)} of ${megabytes(most)} (limit ${against}${before}${words})` };
}

/** A leak over the whole time or the last minute of it; null: none. */
function judgeGrowth(instance: InstanceObservation, warm: readonly Point[], usual: Usual | null, limits: Limits): Finding | null {
  const recent = warm.filter(({ at }) => at >= (warm.at(-1)?.at ?? 0) - limits.certainty.recentMs);
  const found = [warm, recent].flatMap((points) => {
    const growth = steadyGrowth(points, limits.leak.spanMs);
    return growth !== null && isLeak(instance, growth, warm[0]?.value ?? 0, usual, limits) ? [growth] : [];
  });
  const [growth] = found;
  if (growth === undefined) return null;
  const worse = found.some(({ bytesPerMs }) => bytesPerMs > limits.certainty.worseTimes * (usual?.bytesPerMs ?? 0));
  const pace = `grew by ${megabytes(growth.bytes)} in ${duration(growth.overMs)} to ${megabytes(growth.start + growth.bytes)}`;
  const before = usual === null ? '' : `, before ${megabytes(usual.bytes)}`;
  const words = `(limit ${instance.memoryLimitBytes === null ? 'twice of before' : megabytes(instance.memoryLimitBytes)} within ${duration(limits.leak.horizonMs)}${before}${worse ? '' : ', as bad as before'})`;
  return { verdict: worse ? 'hard' : 'soft', figure: `${keyOf(instance)} ${pace} ${words}` };
}

function isLeak(
  { memoryLimitBytes: most }: InstanceObservation,
  growth: Growth,
  warmStart: number,
  usual: Usual | null,
  { leak }: Limits,
): boolean {
  const now = growth.start + growth.bytes;
  const least = Math.min(leak.grownBytes, most === null ? Infinity : most / 10);
  const beyond = usual === null ? leak.overStart * warmStart : leak.overBefore * usual.bytes;
  const end = most ?? 2 * (usual?.bytes ?? warmStart);
  return growth.bytes >= least && now >= beyond && now + growth.bytesPerMs * leak.horizonMs >= end;
}

function usualOf(watched: Watched, service: string): Usual | null {
  const instances = predecessors(watched, service);
  const bytes = instances.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  if (bytes.length === 0) return null;
  return { bytes: Math.max(...bytes), share: Math.max(...instances.map(shareOf)), bytesPerMs: Math.max(0, ...pacesOf(watched, service)) };
}

/** How fast the old instances grew from before the deployment to the switch; no faster than all that they hold over their age. */
function pacesOf({ from, before, samples }: Watched, service: string): readonly number[] {
  const [first] = samples;
  if (from === null || before === null || first === undefined) return [];
  const ms = timeOf(first.at) - timeOf(before.at);
  return first.slots[from].instances.flatMap((now) => {
    const then = before.slots[from].instances.find((instance) => keyOf(instance) === keyOf(now));
    if (now.service !== service || now.memoryBytes === null || then?.memoryBytes == null || ms <= 0) return [];
    const age = now.startedAt === null ? 0 : timeOf(first.at) - timeOf(now.startedAt);
    return [Math.min((now.memoryBytes - then.memoryBytes) / ms, age > 0 ? now.memoryBytes / age : Infinity)];
  });
}
