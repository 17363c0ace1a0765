import type { Measure, Watched } from '@devplatform/rollout-engine';
import { rateOf } from './certainty.ts';
import type { Limits } from './limits.ts';
import { judgeTraffic } from './traffic-measure.ts';
import { limitPercent, percent } from './wording.ts';

/** Requests that the slot answered with 5xx or not at all. */
export function serverErrors(watched: Watched, limits: Limits): Measure {
  const { soft, hard } = limits.serverErrors;
  const words = { soft: limitPercent(soft), hard: limitPercent(hard) };
  const rule = { unit: 'requests', minimum: limits.minimum.requests, limit: limits.serverErrors, words };
  return judgeTraffic('5xx rate', watched, limits, rule, ({ requests, serverErrors: bad }) => {
    const rate = rateOf({ bad, of: requests });
    return { of: requests, bad: { soft: bad, hard: bad }, size: rate, words: percent(rate) };
  });
}
