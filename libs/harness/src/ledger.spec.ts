import { describe, expect, it } from '@jest/globals';
import type { Ledger as SlotLedger, LedgerRow as SlotRow } from '@devplatform/contracts';
import type { RequestRecord } from './http-observer.ts';
import { type Death, ledgerOf, type Observed } from './ledger.ts';
import type { EditorRecord } from './scene-editor.ts';
import type { Timeline } from './timeline.ts';
import type { UploadRecord } from './uploader.ts';

const T0 = 1000;
const timeline: Timeline = {
  move: 'switch',
  handoverId: 'h',
  from: 'blue',
  to: 'green',
  asked: 500,
  decided: 900,
  told: T0,
  proven: 1010,
  drained: 2000,
  ended: 3000,
};

const editor = (sessionId: string, arrivals: EditorRecord['arrivals']): EditorRecord => ({
  ...{
    sceneId: 'scene',
    sessionId,
    clientId: sessionId,
    edits: 0,
    acked: 0,
    arrivals,
    handovers: [],
    offline: [],
    rejected: [],
    stateHash: '',
  },
});
const on = (slot: string, at: number, gapMs = 0): EditorRecord['arrivals'][number] => ({
  ...{ at, slot, release: '1.2.0', reason: gapMs > 0 ? 'resume' : 'handover', gapMs },
});
const slotRow = (session: string, changes: Partial<SlotRow> = {}): SlotRow => ({
  ...{ kind: 'socket', item: session, session, late: false, detail: '', outcome: 'moved', toSlot: 'green', gapMs: 0, retries: 0 },
  ...{ closedAt: null, ...changes },
});
const slots = (...rows: SlotRow[]): SlotLedger => {
  const counted = { socket: 0, request: 0, upload: 0, job: 0, page: 0 };
  for (const { kind, late } of rows) if (!late) counted[kind] += 1;
  return { handoverId: 'h', from: 'blue', to: 'green', at: new Date(T0).toISOString(), counted, rows };
};
const observed = (changes: Partial<Observed>): Observed => ({
  ...{ requests: [], editors: [], uploads: [], jobs: [], slots: slots(), ...changes },
});

describe('the ledger', () => {
  it('has one row for each session that was on the old slot, with its gap', () => {
    const editors = [
      editor('moved', [on('blue', 1), on('green', 1500)]),
      editor('resumed', [on('blue', 1), on('green', 1700, 386)]),
      editor('left behind', [on('blue', 1)]),
      editor('came later', [on('green', 1200)]),
    ];
    const book = slots(slotRow('moved'), slotRow('resumed'), slotRow('left behind', { outcome: 'gone' }));
    const { rows, lost, differences } = ledgerOf(timeline, observed({ editors, slots: book }), Infinity);
    expect(rows.map(({ id, gapMs, retries, outcome }) => [id, gapMs, retries, outcome])).toEqual([
      ['moved', 0, 0, 'moved'],
      ['resumed', 386, 1, 'moved'],
      ['left behind', 0, 0, 'lost'],
    ]);
    expect({ lost, differences }).toEqual({ lost: 1, differences: [] });
  });

  it('counts what happens after the next move for that one', () => {
    const { rows } = ledgerOf(timeline, observed({ editors: [editor('late', [on('blue', 1), on('green', 5000)])] }), 4000);
    expect(rows[0]?.outcome).toBe('lost');
  });

  const editors = [editor('moved', [on('blue', 1), on('green', 1500)])];
  const upload: UploadRecord = {
    ...{ uploadId: 'u', fileName: 'f.glb', size: 1, sha256: 'a', startedAt: -500, storedAt: 9000, finishedAt: 9000, status: 'ready' },
    ...{ retries: 0, partsAgain: 0, taskId: 't', taskStatus: 'done', error: null },
  };

  it.each<[string, Partial<Observed>]>([
    ['says nothing', { slots: null }],
    ['lacks a session', { slots: slots() }],
    ['has a session that no client knows', { slots: slots(slotRow('moved'), slotRow('other')) }],
    ['says another thing of a session', { slots: slots(slotRow('moved', { outcome: 'left' })) }],
    ['has an open row', { slots: slots(slotRow('moved'), slotRow('r', { kind: 'request', session: null, outcome: null })) }],
    ['has a row less than were counted', { slots: { ...slots(slotRow('moved')), counted: { ...slots().counted, socket: 1, job: 1 } } }],
    ['lacks an upload', { slots: slots(slotRow('moved')), uploads: [upload] }],
  ])('LED-1: differs where the book of the slots %s', (_what, changes) => {
    expect(ledgerOf(timeline, observed({ editors, ...changes }), Infinity).differences).toHaveLength(1);
  });

  it.each<[string, Partial<RequestRecord>, number]>([
    ['has no answer either', {}, 0],
    ['was answered', { status: 200 }, 1],
    ['had its failure before', { at: T0 - 200 }, 1],
    ['began later', { at: T0 + 2000 }, 1],
  ])('LED-1: an open request is a difference unless its client has no answer either: %s', (_what, changes, differences) => {
    const request: RequestRecord = {
      ...{ kind: 'health', connection: 'kept', at: T0 + 5, ms: 100, status: null, slot: null, release: null, error: 'reset', ...changes },
    };
    const book = slots(slotRow('x', { kind: 'request', session: null, outcome: null, toSlot: null }));
    expect(ledgerOf(timeline, observed({ slots: book, requests: [request] }), Infinity).differences).toHaveLength(differences);
  });

  it.each<[string, Partial<RequestRecord>, readonly Death[], number]>([
    ['and had answered it before', {}, [{ slot: 'blue', at: T0 + 150 }], 0],
    ['long after', {}, [{ slot: 'blue', at: T0 + 5000 }], 1],
    ['but the other slot had answered', { slot: 'green' }, [{ slot: 'blue', at: T0 + 150 }], 1],
    ['in an earlier move', {}, [{ slot: 'blue', at: T0 - 10 }], 1],
    ['as the new slot', {}, [{ slot: 'green', at: T0 + 150 }], 1],
    ['never', {}, [], 1],
  ])('LED-1: an open request is a difference unless the old slot was killed %s', (_what, changes, deaths, differences) => {
    const request: RequestRecord = {
      ...{ kind: 'health', connection: 'kept', at: T0 - 5, ms: 10, status: 200, slot: 'blue', release: '1.2.0', error: null, ...changes },
    };
    const row = slotRow('x', { kind: 'request', session: null, outcome: null, toSlot: null });
    const one = ledgerOf(timeline, observed({ slots: slots(row), requests: [request], deaths }), Infinity);
    expect(one.differences).toHaveLength(differences);
    const two = ledgerOf(timeline, observed({ slots: slots(row, { ...row, item: 'y' }), requests: [request], deaths }), Infinity);
    expect(two.differences).toHaveLength(differences + 1);
  });

  it('LED-1: agrees with a book of the slots that has everything, and some who came late', () => {
    const rows = [slotRow('moved'), slotRow('late', { late: true }), slotRow('u', { kind: 'upload', session: null, outcome: 'carried' })];
    expect(ledgerOf(timeline, observed({ editors, uploads: [upload], slots: slots(...rows) }), Infinity).differences).toEqual([]);
  });

  it('names jobs that took effect twice, and those that never ended', () => {
    const job = { fileName: 'a.glb', contract: 1, versions: 1, slot: 'green', release: '1.3.0', createdAt: 1, finishedAt: null };
    const jobs = [
      { ...job, taskId: 'twice', status: 'done', effects: 2 },
      { ...job, taskId: 'never', status: 'running', effects: 0 },
      { ...job, taskId: 'once', status: 'done', effects: 1 },
    ];
    expect(ledgerOf(timeline, observed({ jobs }), Infinity).rows.map(({ outcome }) => outcome)).toEqual(['doubled', 'lost', 'finished']);
  });
});
