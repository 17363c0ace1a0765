import { describe, expect, it } from '@jest/globals';
import { spreadOf } from './spread.ts';

describe('spreadOf', () => {
  it('sees an even spread', () => {
    const spread = spreadOf(Array.from({ length: 100 }, (_, i) => i * 100));
    expect(spread).toEqual({ arrivals: 100, overMs: 9900, densest: 0.02 });
  });

  it('sees a herd, wherever a clock would put its borders', () => {
    expect(spreadOf([0, 990, 1000, 1010, 1020, 5000]).densest).toBeCloseTo(4 / 6);
  });

  it('says nothing of nobody', () => {
    expect(spreadOf([])).toEqual({ arrivals: 0, overMs: 0, densest: 0 });
  });
});
