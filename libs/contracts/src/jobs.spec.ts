import { describe, expect, it } from '@jest/globals';
import { negotiateContract } from './jobs.ts';

describe('negotiateContract', () => {
  it.each([
    [
      'both slots know the latest',
      [
        [1, 2],
        [1, 2],
      ],
      [1, 2],
      2,
    ],
    ['the release that can be gone back to knows less', [[1], [1, 2]], [1, 2], 1],
    ['this one is the older of the two', [[1], [1, 2]], [1], 1],
    [
      'three releases share one in the middle',
      [
        [1, 2],
        [2, 3],
      ],
      [1, 2, 3],
      2,
    ],
    ['nobody is registered yet', [], [1, 2], 2],
  ])('JOB-4: %s', (_case, consumers, own, version) => {
    expect(negotiateContract(consumers, own)).toBe(version);
  });
});
