import { spanOf, type Point } from './history.ts';

export interface Growth {
  readonly bytesPerMs: number;
  /** From the first to the last point. */
  readonly bytes: number;
  readonly overMs: number;
  readonly start: number;
}

/** Theil–Sen takes every pair of points: more of them would make a long bake slow and say nothing more. */
const MOST_POINTS = 48;

/** How much of its pace growth may lose in its second half and still count as steady: what fills up slows down. */
const STEADY = 0.7;

/**
 * Growth that does not end by itself: over at least `spanMs`, in both halves, without slowing down, and with at least twice as much
 * gained as was ever given back, so that neither a heap's saw-tooth nor a ramp-up that flattens is taken for one. null: there is none.
 */
export function steadyGrowth(points: readonly Point[], spanMs: number): Growth | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || spanOf(points) < spanMs) return null;
  const bytes = last.value - first.value;
  if (bytes <= 0 || bytes < 2 * deepestFall(points)) return null;
  const lows = lowsOf(points);
  const middle = (first.at + last.at) / 2;
  const [early, late] = [slope(lows.filter(({ at }) => at <= middle)), slope(lows.filter(({ at }) => at >= middle))];
  const whole = slope(lows);
  if (early === null || late === null || whole === null || early <= 0 || whole <= 0 || late < STEADY * early) return null;
  return { bytesPerMs: Math.min(whole, late), bytes, overMs: last.at - first.at, start: first.value };
}

/** The most that was given back since an earlier high. */
function deepestFall(points: readonly Point[]): number {
  let [high, fall] = [0, 0];
  for (const { value } of points) {
    high = Math.max(high, value);
    fall = Math.max(fall, high - value);
  }
  return fall;
}

/** The lowest point of each of equal times: what a collector leaves is what is really held. */
function lowsOf(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const start = points[0]?.at ?? 0;
  const lows = new Map<number, Point>();
  for (const point of points) {
    const part = Math.min(MOST_POINTS - 1, Math.floor(((point.at - start) / spanOf(points)) * MOST_POINTS));
    const low = lows.get(part);
    if (low === undefined || point.value < low.value) lows.set(part, point);
  }
  return [...lows.values()];
}

/** Theil–Sen: the median slope of all pairs, which a few odd points do not move. null: fewer than two points. */
export function slope(points: readonly Point[]): number | null {
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).flatMap((b) => (b.at === a.at ? [] : [(b.value - a.value) / (b.at - a.at)])),
  );
  const sorted = slopes.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
