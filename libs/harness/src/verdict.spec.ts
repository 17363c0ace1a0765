import { describe, expect, it } from '@jest/globals';
import type { Evidence } from './evidence.ts';
import type { UploadRecord } from './uploader.ts';
import { MUST_SHOW, verdictOf, type Minimum } from './verdict.ts';

const NOTHING: Minimum = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };

const clean: Evidence = {
  ...{ began: 0, ended: 1000, requests: [], editors: { editors: [], acks: [] }, uploads: [], storedHashes: new Map(), jobs: [] },
  annotations: { stored: 0, doubled: [], lost: [] },
  journal: { committed: 0, lost: [], doubled: [], holes: [] },
  hashes: [],
  moves: [
    {
      timeline: {
        move: 'rollback',
        handoverId: 'h',
        from: 'green',
        to: 'blue',
        asked: 0,
        decided: 0,
        told: 400,
        proven: 410,
        drained: 900,
        ended: 1000,
      },
      seen: { firstAnswerOfNew: 404, lastSentToOld: 405, lastAnswerOfOld: 420 },
      ledger: { rows: [], slots: null, lost: 0, doubled: 0, forced: 0, differences: [] },
    },
  ],
};
const [move] = clean.moves;
if (move === undefined) throw new Error('the clean run has a move');

const broken = (changes: Partial<Evidence>, minimum = NOTHING): readonly string[] =>
  verdictOf({ ...clean, ...changes }, minimum)
    .filter(({ holds }) => !holds)
    .map(({ promise }) => promise);

const request = { kind: 'projects', connection: 'kept', at: 1, ms: 1, status: 200, slot: 'blue', release: '1.2.0', error: null } as const;
const editor = {
  ...{
    sceneId: 's',
    sessionId: 'e',
    clientId: 'e',
    edits: 1,
    acked: 1,
    arrivals: [],
    handovers: [],
    offline: [],
    rejected: [],
    stateHash: 'a',
  },
};
const upload: UploadRecord = {
  ...{
    uploadId: 'u',
    fileName: 'f.glb',
    size: 1,
    sha256: 'a',
    startedAt: 0,
    storedAt: 1,
    finishedAt: 2,
    status: 'ready',
    retries: 0,
    partsAgain: 0,
  },
  ...{ taskId: 't', taskStatus: 'done', error: null },
};
const job = {
  ...{ taskId: 't', fileName: 'f.glb', status: 'done', contract: 1, effects: 1, versions: 1, slot: 'blue', release: '1.2.0' },
  ...{ createdAt: 0, finishedAt: 1 },
};

const BREAKS: readonly (readonly [string, string, Partial<Evidence>])[] = [
  ['BG-1', 'a reset', { requests: [{ ...request, status: null, error: 'ECONNRESET' }] }],
  ['BG-1', 'a 502', { requests: [{ ...request, status: 502 }] }],
  ['BG-1', 'a POST that is stored twice', { annotations: { stored: 1, doubled: ['note'], lost: [] } }],
  ['BG-2', 'an acknowledged edit that is not in the journal', { journal: { ...clean.journal, lost: ['one'] } }],
  ['BG-2', 'an edit that was never acknowledged', { editors: { editors: [{ ...editor, edits: 2 }], acks: [] } }],
  ['BG-3', 'a slot that sees another state', { hashes: ['a', 'b'].map((hash) => ({ sceneId: 's', seenBy: hash, hash })) }],
  ['BG-4', 'a session that was offline', { editors: { editors: [{ ...editor, offline: [{ at: 1, code: 1006 }] }], acks: [] } }],
  ['BG-5', 'another hash in the store', { uploads: [upload], storedHashes: new Map([['u', 'b']]), jobs: [job] }],
  ['BG-6', 'a job that took effect twice', { uploads: [upload], storedHashes: new Map([['u', 'a']]), jobs: [{ ...job, effects: 2 }] }],
  ['BG-7', 'clients that reach the old slot for long', { moves: [{ ...move, seen: { ...move.seen, lastSentToOld: 700 } }] }],
  ['BG-8', 'a late answer of the bad slot', { moves: [{ ...move, seen: { ...move.seen, lastAnswerOfOld: 1100 } }] }],
  ['BG-9', 'sockets that were closed by force', { moves: [{ ...move, ledger: { ...move.ledger, forced: 1 } }] }],
  ['BG-9', 'rows that do not add up', { moves: [{ ...move, ledger: { ...move.ledger, differences: ['one'] } }] }],
];

describe('the verdict', () => {
  it('finds nothing wanting in a clean run', () => {
    expect(broken({})).toEqual([]);
    expect(broken({ requests: [request], uploads: [upload], storedHashes: new Map([['u', 'a']]), jobs: [job] })).toEqual([]);
  });

  it.each(BREAKS)('says that %s is broken by %s', (promise, _what, changes) => {
    expect(broken(changes)).toEqual([promise]);
  });

  it('does not accept a run with less load than was claimed', () => {
    expect(broken({}, MUST_SHOW)).toEqual(['BG-0']);
  });
});
