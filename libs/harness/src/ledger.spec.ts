import { describe, expect, it } from '@jest/globals';
import { ledgerOf, type Observed } from './ledger.ts';
import type { EditorRecord } from './scene-editors.ts';
import type { Census } from './slot-census.ts';
import type { Timeline } from './timeline.ts';

const T0 = 1000;
const timeline: Timeline = {
  move: 'switch',
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
  ...{ sceneId: 'scene', sessionId, clientId: sessionId, edits: 0, acked: 0, arrivals, offline: [], rejected: [], stateHash: '' },
});
const on = (slot: string, at: number, gapMs = 0): EditorRecord['arrivals'][number] => ({
  ...{ at, slot, release: '1.2.0', reason: gapMs > 0 ? 'resume' : 'handover', gapMs },
});
const census = (counts: Partial<Census>): Census => ({
  ...{ at: T0, slot: 'blue', sockets: 0, httpInFlight: 0, appendQueue: 0, notYetHinted: 0, forced: 0, activeJobs: 0, ...counts },
});
const observed = (changes: Partial<Observed>): Observed => ({
  ...{ requests: [], editors: [], uploads: [], jobs: [], before: census({}), after: census({}), ...changes },
});

describe('the ledger', () => {
  it('has one row for each session that was on the old slot, with its gap', () => {
    const editors = [
      editor('moved', [on('blue', 1), on('green', 1500)]),
      editor('resumed', [on('blue', 1), on('green', 1700, 386)]),
      editor('left behind', [on('blue', 1)]),
      editor('came later', [on('green', 1200)]),
    ];
    const { rows, lost, differences } = ledgerOf(timeline, observed({ editors, before: census({ sockets: 3 }) }), Infinity);
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

  it('does not add up where the slot counted sockets that nobody accounts for, or did not answer', () => {
    expect(ledgerOf(timeline, observed({ before: census({ sockets: 2 }) }), Infinity).differences).toHaveLength(1);
    expect(ledgerOf(timeline, observed({ before: undefined }), Infinity).differences).toHaveLength(1);
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
