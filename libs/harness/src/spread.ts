/** How evenly arrivals are spread over a window; times in milliseconds. */
export interface Spread {
  readonly arrivals: number;
  /** From the first arrival to the last. */
  readonly overMs: number;
  /** The largest share (0–1) of all arrivals that came within any 100 ms. */
  readonly densest: number;
}

const SLOT_MS = 100;

/** Slides over the sorted times, so that a herd that straddles the border of two fixed slots is seen whole. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) > SLOT_MS) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return {
    arrivals: sorted.length,
    overMs: (sorted.at(-1) ?? 0) - (sorted[0] ?? 0),
    densest: sorted.length === 0 ? 0 : most / sorted.length,
  };
}
