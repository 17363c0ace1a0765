import { describe, expect, it } from '@jest/globals';
import { MAX_UPLOAD_BYTES, PART_BYTES } from '@devplatform/contracts';
import { planParts } from './plan.ts';

describe('planParts', () => {
  it('covers the largest file without a gap or an overlap', () => {
    const plan = planParts(MAX_UPLOAD_BYTES, PART_BYTES);
    expect(plan).toHaveLength(13);
    expect(plan.map(({ part }) => part)).toEqual(plan.map((_, index) => index + 1));
    expect(plan.every(({ start }, index) => start === (plan[index - 1]?.end ?? 0))).toBe(true);
    expect(plan.at(-1)?.end).toBe(MAX_UPLOAD_BYTES);
  });

  it.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [20, 2],
  ])('cuts %i bytes into %i parts of ten', (size, parts) => {
    expect(planParts(size, 10)).toHaveLength(parts);
  });

  it('refuses an empty file', () => {
    expect(() => planParts(0, 10)).toThrow(RangeError);
  });
});
