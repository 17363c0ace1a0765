import { describe, expect, it } from '@jest/globals';
import { MB } from '../spec-support/watched.ts';
import type { Point } from './history.ts';
import { slope, steadyGrowth } from './leak.ts';

const points = (seconds: number, value: (second: number) => number, every = 1): Point[] =>
  Array.from({ length: Math.floor(seconds / every) + 1 }, (_, index) => ({ at: index * every * 1_000, value: value(index * every) }));
const grows = (seconds: number, value: (second: number) => number, every = 1): boolean =>
  steadyGrowth(points(seconds, value, every), 20_000) !== null;

const saw = (second: number): number => (150 + 60 * ((second % 40) / 40)) * MB;
const ramp = (second: number): number => (100 + 100 * (1 - Math.exp(-second / 15))) * MB;
/** Shakes by ±`size`, the same in every run. */
const shake = (second: number, size: number): number => size * MB * Math.sin(second * 12.9898) * Math.cos(second * 4.1414);

describe('steady growth', () => {
  it('MON-9: measures a straight line', () => {
    const growth = steadyGrowth(
      points(30, (second) => (100 + 3 * second) * MB),
      20_000,
    );
    expect(growth).toMatchObject({ bytes: 90 * MB, overMs: 30_000, start: 100 * MB });
    expect(growth?.bytesPerMs).toBeCloseTo((3 * MB) / 1_000);
  });

  it.each<[string, boolean, number, (second: number) => number, number]>([
    ['a leak that shakes', true, 60, (second) => (100 + 2 * second) * MB + shake(second, 10), 1],
    ['a leak under a saw-tooth, in the end', true, 300, (second) => saw(second) + 2 * second * MB, 1],
    ['a leak that gets faster', true, 30, (second) => (100 + second ** 2 / 10) * MB, 1],
    ['a leak that is seen every 10 s', true, 40, (second) => (100 + 2 * second) * MB, 10],
    ['the first 19 s of a leak', false, 19, (second) => (100 + 3 * second) * MB, 1],
    ['nothing', false, 60, () => 100 * MB, 1],
    ['noise', false, 60, (second) => 100 * MB + shake(second, 10), 1],
    ['one step', false, 60, (second) => (second < 30 ? 100 : 200) * MB, 1],
    ['falling', false, 60, (second) => (300 - second) * MB, 1],
    ['a ramp-up that flattens', false, 60, ramp, 1],
  ])('MON-9: %s is %s', (_, expected, seconds, value, every) => {
    expect(grows(seconds, value, every)).toBe(expected);
  });

  it('MON-9: a saw-tooth is none from its first fall on, whenever one looks', () => {
    const found = Array.from({ length: 400 }, (_, index) => index + 41).filter((seconds) => grows(seconds, saw));
    expect(found).toEqual([]);
  });

  it('MON-9: a ramp-up that flattens is none, whenever one looks after 30 s', () => {
    const found = Array.from({ length: 400 }, (_, index) => index + 30).filter((seconds) => grows(seconds, ramp));
    expect(found).toEqual([]);
  });

  it('has a slope that a few odd points do not move, and none of a single point', () => {
    expect(slope(points(30, (second) => (second === 20 ? 1_000 : second)))).toBeCloseTo(0.001);
    expect(slope(points(0, () => 1))).toBeNull();
  });
});
