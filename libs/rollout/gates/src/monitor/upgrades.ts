import type { Measure, Watched } from '@devplatform/rollout-engine';
import { rateOf } from './certainty.ts';
import type { Limits } from './limits.ts';
import { judgeTraffic } from './traffic-measure.ts';
import { limitPercent, percent } from './wording.ts';

/** WebSocket upgrades that were refused with 5xx, not answered or cut off. */
export function upgrades(watched: Watched, limits: Limits): Measure {
  const { soft, hard } = limits.upgradesFailed;
  const words = { soft: limitPercent(soft), hard: limitPercent(hard) };
  const rule = { unit: 'upgrades', minimum: limits.minimum.upgrades, limit: limits.upgradesFailed, words };
  return judgeTraffic('WebSocket failures', watched, limits, rule, ({ upgrades: of, upgradesFailed: bad }) => {
    const rate = rateOf({ bad, of });
    return { of, bad: { soft: bad, hard: bad }, size: rate, words: percent(rate) };
  });
}
