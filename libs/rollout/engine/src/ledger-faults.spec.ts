import { describe, expect, it } from '@jest/globals';
import type { LedgerCounts, LedgerRow } from '@devplatform/contracts';
import { faultsOf, isUnderWay } from './ledger-faults.ts';
import { summaryInWords, summaryOf } from './ledger-summary.ts';

const row = (changes: Partial<LedgerRow> = {}): LedgerRow => ({
  ...{ kind: 'socket', item: 'a', session: 's', late: false, detail: 'scene 1', outcome: 'moved', toSlot: 'green' },
  ...{ gapMs: 0, retries: 0, closedAt: null, ...changes },
});
const counted = (changes: Partial<LedgerCounts> = {}): LedgerCounts => ({ socket: 0, request: 0, upload: 0, job: 0, page: 0, ...changes });

describe('a ledger adds up', () => {
  it('LED-1: where every row ended well and there are as many as were counted', () => {
    const rows = [
      ...[row(), row({ outcome: 'left' }), row({ outcome: 'gone' }), row({ late: true }), row({ gapMs: 3000 })],
      ...[
        row({ kind: 'request', outcome: 'finished' }),
        row({ kind: 'upload', outcome: 'carried' }),
        row({ kind: 'page', outcome: 'quiet' }),
      ],
    ];
    expect(faultsOf({ rows }, counted({ socket: 4, request: 1, upload: 1, page: 1 }))).toEqual([]);
    expect(faultsOf({ rows: [] }, counted())).toEqual([]);
  });

  it.each<[string, Partial<LedgerRow>]>([
    ['socket a (scene 1) lost', { outcome: null }],
    ['socket a (scene 1) forced', { outcome: 'forced' }],
    ['job a (chair.glb) doubled', { kind: 'job', detail: 'chair.glb', outcome: 'doubled' }],
    ['upload a (chair.glb) lost', { kind: 'upload', detail: 'chair.glb', outcome: null }],
    ['socket a lost', { detail: '', outcome: null, late: true }],
    ['socket a (scene 1) moved after 3001 ms without a connection', { gapMs: 3001 }],
  ])('LED-2: and not with a %s', (fault, changes) => {
    const bad = row(changes);
    expect(faultsOf({ rows: [bad] }, counted(bad.late ? {} : { [bad.kind]: 1 }))).toEqual([fault]);
  });

  it.each<[string, LedgerRow[], Partial<LedgerCounts>]>([
    ['a row too few', [row()], { socket: 2 }],
    ['a row too many', [row(), row({ kind: 'page' })], { socket: 1 }],
    ['a late row for one that was counted', [row({ late: true })], { socket: 1 }],
  ])('LED-1: and not with %s', (_what, rows, counts) => {
    expect(faultsOf({ rows }, counted(counts))).toEqual([expect.stringMatching(/were counted, \d have a row/)]);
  });

  it('LED-2: names ten, and says how many more there are', () => {
    const faults = faultsOf({ rows: Array.from({ length: 13 }, () => row({ outcome: null })) }, counted({ socket: 13 }));
    expect(faults).toHaveLength(11);
    expect(faults.at(-1)).toBe('and 3 more');
  });
});

describe('a ledger', () => {
  it('is waited for as long as a socket or a request is under way in the old slot', () => {
    expect((['socket', 'request', 'upload', 'job', 'page'] as const).map((kind) => isUnderWay(row({ kind, outcome: null })))).toEqual([
      ...[true, true, false, false, false],
    ]);
    expect(isUnderWay(row())).toBe(false);
  });

  it('is told in words', () => {
    const rows = [row(), row({ gapMs: 12 }), row({ kind: 'job', outcome: 'carried' }), row({ outcome: null })];
    expect(summaryInWords(summaryOf({ rows }))).toBe('2 sockets moved; 1 job carried; 1 socket lost; longest gap 12 ms');
    expect(summaryInWords(summaryOf({ rows: [] }))).toBe('nothing was under way; longest gap 0 ms');
  });
});
