import type { Measure, Watched } from '@devplatform/rollout-engine';
import type { Limits } from './limits.ts';
import { quantile, slowerThan, sum } from './quantile.ts';
import { judgeTraffic } from './traffic-measure.ts';
import { duration } from './wording.ts';

const Q = 0.95;

/** How long answers take: the P95 is above a limit where more than 5 % took longer, and of that one can say how sure it is. */
export function p95(watched: Watched, limits: Limits): Measure {
  const { soft, hard } = limits.p95Ms;
  const limit = { soft: 1 - Q, hard: 1 - Q };
  const rule = { unit: 'requests', minimum: limits.minimum.requests, limit, words: { soft: duration(soft), hard: duration(hard) } };
  return judgeTraffic('P95', watched, limits, rule, ({ latency }) => {
    const size = quantile(Q, latency) ?? 0;
    const words = size === Infinity ? `> ${duration(latency.boundsMs.at(-1) ?? 0)}` : duration(size);
    return { of: sum(latency.counts), bad: { soft: slowerThan(soft, latency), hard: slowerThan(hard, latency) }, size, words };
  });
}
