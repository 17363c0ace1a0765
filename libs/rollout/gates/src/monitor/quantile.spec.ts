import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantile, slowerThan, sum } from './quantile.ts';

const boundsMs = [100, 1_000, 10_000];

describe('quantile of a histogram', () => {
  it.each([
    [[100, 0, 0, 0], 95],
    [[95, 5, 0, 0], 100],
    [[90, 10, 0, 0], 550],
    [[0, 0, 100, 0], 9_550],
    [[94, 0, 0, 6], Infinity],
    [[0, 0, 0, 0], null],
  ])('of %j is %d', (counts, ms) => {
    expect(quantile(0.95, { boundsMs, counts })).toBe(ms);
  });

  it('counts who took longer, within a bucket by its part', () => {
    expect(slowerThan(550, { boundsMs, counts: [90, 10, 0, 0] })).toBe(5);
    expect(slowerThan(5_000, { boundsMs, counts: [50, 20, 18, 12] })).toBeCloseTo(12 + 10);
    expect(slowerThan(20_000, { boundsMs, counts: [50, 20, 18, 12] })).toBe(12);
  });

  it('is above a limit exactly where more than the rest took longer', () => {
    const counts = fc.array(fc.nat(50), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9_999 }), (some, limit) => {
        const latency = { boundsMs, counts: some };
        const [above, slow] = [quantile(0.95, latency) ?? 0, slowerThan(limit, latency)];
        fc.pre(Math.abs(slow - 0.05 * sum(some)) > 1e-6);
        expect(above > limit).toBe(slow > 0.05 * sum(some));
      }),
    );
  });
});
