import { describe, expect, it } from '@jest/globals';
import { commonProtocol, startsFrom } from './greeting.ts';

describe('commonProtocol', () => {
  it.each([
    [[1, 1], 1],
    [[1, 2], 2],
    [[2, 9], 2],
    [[3, 9], null],
  ] as const)('RT-9: of a client that speaks %j is %j', (window, version) => {
    expect(commonProtocol(window, [1, 2])).toBe(version);
  });
});

describe('startsFrom', () => {
  const at = { epoch: 'e', head: 100, acked: 0, oldest: 51, snapshot: 60 };

  it.each([
    ['knows another journal', { epoch: 'f', lastSeq: 100 }, at, 'snapshot'],
    ['is ahead of the journal', { epoch: 'e', lastSeq: 101 }, at, 'snapshot'],
    ['is new', { epoch: null, lastSeq: 0 }, at, 'snapshot'],
    ['is new, and there is no snapshot', { epoch: null, lastSeq: 0 }, { ...at, oldest: 1, snapshot: null }, 'delta'],
    ['needs what was compacted', { epoch: 'e', lastSeq: 49 }, at, 'snapshot'],
    ['needs nothing that was compacted', { epoch: 'e', lastSeq: 50 }, at, 'delta'],
    [
      'is behind a journal that was compacted up to its head',
      { epoch: 'e', lastSeq: 99 },
      { ...at, oldest: null, snapshot: 100 },
      'snapshot',
    ],
    ['has everything', { epoch: 'e', lastSeq: 100 }, { ...at, oldest: null, snapshot: 100 }, 'delta'],
  ] as const)('a client that %s', (_, hello, position, mode) => {
    expect(startsFrom(hello, position)).toBe(mode);
  });
});
