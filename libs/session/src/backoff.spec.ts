import { describe, expect, it } from '@jest/globals';
import { backoff } from './backoff.ts';

const PEOPLE = 1000;
/** Spread evenly, so that what is tested is the window and not the luck. */
const waits = (troubleMs: number): readonly number[] => Array.from({ length: PEOPLE }, (_, i) => backoff(troubleMs, () => i / PEOPLE));

describe('backoff', () => {
  it('RT-6: brings at most a fifth of those who were cut off together back within the same 100 ms', () => {
    const slots = Object.values(Object.groupBy(waits(0), (ms) => Math.floor(ms / 100)));
    expect(Math.max(...slots.map((slot) => slot?.length ?? 0))).toBeLessThanOrEqual(PEOPLE / 5);
  });

  it('lets nobody who has tried before wait longer than half of the trouble, 1 s at least and 5 s at most', () => {
    expect([1, 2000, 4000, 60_000].map((trouble) => Math.ceil(Math.max(...waits(trouble)) / 100) * 100)).toEqual([1000, 1000, 2000, 5000]);
  });
});
