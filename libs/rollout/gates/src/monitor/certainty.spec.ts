import { describe, expect, it } from '@jest/globals';
import type { Observation } from '@devplatform/rollout-engine';
import { watched } from '../spec-support/watched.ts';
import { exceeds, sigmasAbove, sigmasAboveOverTime, wilsonLower } from './certainty.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { serverErrors } from './server-errors.ts';

const { certainty } = DEFAULT_LIMITS;

describe('Wilson bound', () => {
  it.each([
    [0, 100, 0],
    [1, 10, 0.0226],
    [20, 1_000, 0.0139],
    [50, 100, 0.4188],
    [10, 10, 0.787],
  ])('of %d bad of %d', (bad, of, bound) => {
    expect(wilsonLower({ bad, of }, 1.645)).toBeCloseTo(bound, 3);
  });

  it('MON-8: two bad events never decide, nor do three where they are not many', () => {
    const { whole, moving } = certainty;
    expect(exceeds({ bad: 2, of: 2 }, 0.01, whole)).toBe(false);
    expect(exceeds({ bad: 2, of: 100 }, 0.01, whole)).toBe(false);
    expect(exceeds({ bad: 3, of: 100 }, 0.01, whole)).toBe(true);
    expect(exceeds({ bad: 4, of: 100 }, 0.01, moving)).toBe(false);
    expect(exceeds({ bad: 11, of: 1_000 }, 0.01, whole)).toBe(false);
  });
});

describe('comparison of two rates', () => {
  it('counts sigmas, and none where nothing was bad', () => {
    expect(sigmasAbove({ bad: 20, of: 1_000 }, { bad: 2, of: 1_000 })).toBeCloseTo(3.86, 1);
    expect(sigmasAbove({ bad: 0, of: 100 }, { bad: 0, of: 100 })).toBe(0);
    expect(sigmasAbove({ bad: 2, of: 1_000 }, { bad: 20, of: 1_000 })).toBeLessThan(0);
    expect(sigmasAboveOverTime({ bad: 30, of: 100 }, { bad: 10, of: 100 })).toBeCloseTo(3.16, 1);
    expect(sigmasAboveOverTime({ bad: 0, of: 100 }, { bad: 0, of: 100 })).toBe(0);
  });
});

/** A generator of chance that is the same in every run (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seconds from the first fault until two samples in a row are hard. Each of 100 requests a second fails by chance, after `good` seconds. */
function secondsUntilHard(fails: () => boolean, seconds: number, good: number): number {
  const story = watched({ seconds: good + seconds });
  let [bad, inARow] = [0, 0];
  const seen: Observation[] = [];
  for (const [second, sample] of story.samples.entries()) {
    if (second > good) bad += Array.from({ length: 100 }, fails).filter(Boolean).length;
    const { traffic, instances } = sample.slots.green;
    const green = { traffic: traffic === null ? null : { ...traffic, serverErrors: bad }, instances };
    seen.push({ ...sample, slots: { ...sample.slots, green } });
    if (second <= good) continue;
    inARow = serverErrors({ ...story, samples: seen }, DEFAULT_LIMITS).verdict === 'hard' ? inARow + 1 : 0;
    if (inARow === 2) return second - good;
  }
  return Infinity;
}

const RUNS = 50;
/** Of many runs, the shortest first. */
function runs(share: number, seconds: number, good = 0): readonly number[] {
  const times = Array.from({ length: RUNS }, (_, seed) => {
    const random = chance(seed + 1);
    return secondsUntilHard(() => random() < share, seconds, good);
  });
  return times.toSorted((a, b) => a - b);
}

describe('2 % of 100 requests a second', () => {
  it('MON-8: is hard within 5 s where every fiftieth fails', () => {
    let asked = 0;
    expect(secondsUntilHard(() => (asked += 1) % 50 === 0, 20, 0)).toBeLessThanOrEqual(5);
  });

  it('MON-8: is hard within 10 s in nine of ten runs where chance decides', () => {
    const times = runs(0.02, 40);
    expect(times[RUNS * 0.5]).toBeLessThanOrEqual(5);
    expect(times[RUNS * 0.9]).toBeLessThanOrEqual(10);
    expect(times.at(-1)).toBeLessThan(Infinity);
  });

  it('MON-6: is hard soon, too, where it begins after a good time', () => {
    const times = runs(0.02, 60, 70);
    expect(times[RUNS * 0.5]).toBeLessThanOrEqual(12);
    expect(times.at(-1)).toBeLessThan(Infinity);
  });

  it('MON-8: half of the limit is not hard by chance', () => {
    expect(runs(0.005, 90).filter((time) => time < Infinity).length).toBeLessThanOrEqual(RUNS * 0.04);
  });
});
