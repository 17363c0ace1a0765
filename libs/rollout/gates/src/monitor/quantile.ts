import type { TrafficCounts } from '@devplatform/rollout-engine';

type Latency = TrafficCounts['latency'];

/**
 * Milliseconds that the share `q` of all answers took at most, interpolated within its bucket as if they were spread evenly there.
 * Infinity: more than the last bound. null: nothing was counted.
 */
export function quantile(q: number, { boundsMs, counts }: Latency): number | null {
  const total = sum(counts);
  if (total === 0) return null;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    const upper = boundsMs[index] ?? Infinity;
    if (below + count >= q * total && count > 0) {
      const lower = boundsMs[index - 1] ?? 0;
      return lower + ((upper - lower) * (q * total - below)) / count;
    }
    below += count;
  }
  return Infinity;
}

/** How many answers took more than that, interpolated in the same way: `quantile(q)` is above it exactly where more than 1 - q of them did. */
export function slowerThan(limitMs: number, { boundsMs, counts }: Latency): number {
  return sum(
    counts.map((count, index) => {
      const lower = boundsMs[index - 1] ?? 0;
      const upper = boundsMs[index] ?? Infinity;
      if (upper === Infinity) return count;
      return count * Math.min(1, Math.max(0, (upper - limitMs) / (upper - lower)));
    }),
  );
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0);
