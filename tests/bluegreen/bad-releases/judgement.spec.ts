import type { Evidence } from '@devplatform/harness';
import { describe, expect, it } from '@jest/globals';
import { badRelease } from './bad-release.ts';
import { judge, type RunRecord, type Seen } from './judgement.ts';

const VERDICT = 10_000;

type Request = Evidence['requests'][number];

const request = (slot: string, at: number, status = 200, ms = 5): Request => ({
  ...{ kind: 'projects', connection: 'kept', at, ms, status, slot, release: null, error: null },
});

const evidence = (requests: readonly Request[]): Evidence => ({
  ...{ began: 0, ended: 20_000, requests, editors: { editors: [], acks: [] }, uploads: [], jobs: [], hashes: [], moves: [] },
  ...{
    storedHashes: new Map(),
    annotations: { stored: 0, lost: [], doubled: [] },
    journal: { committed: 0, lost: [], doubled: [], holes: [] },
  },
});

type Measures = RunRecord['measures'][number];

const measured = (name: string, verdict: 'hard' | 'soft' | 'unknown', figure = '2.1 %'): Measures => ({
  step: 'monitor',
  measures: [
    { name: 'P95', verdict: 'ok', figure: '20 ms', proven: false },
    { name, verdict, figure, proven: false },
  ],
});

const watched = (ms: number): RunRecord['steps'][number] => ({ name: 'monitor', ok: true, ms, detail: 'fine' });

const gate = (name: 'smoke', reason: string): RunRecord['gates'][number] => ({ name, result: { status: 'failed', reason, checks: [] } });

const record = (change: Partial<RunRecord>): RunRecord => ({
  ...{ id: '00000000-0000-4000-8000-000000000000', kind: 'deploy', target: 'local', deployer: 'ada@here', reopened: [] },
  ...{ startedAt: new Date(0).toISOString(), finishedAt: new Date(20_000).toISOString(), outcome: 'undone' },
  ...{ version: { previous: null, next: null, digest: null }, slots: { before: 'blue', after: 'blue' }, migrations: [] },
  ...{ steps: [], gates: [], measures: [], switch: null, ledger: null, left: null, issues: [] },
  ...change,
});

const seenOf = (run: RunRecord, change: Partial<Seen>): Seen => ({
  ...{ exitCode: 1, output: '', record: run, logged: run, good: 'blue', bad: 'green', active: 'blue', goodIsAsBefore: true },
  ...{ times: { began: 0, switched: 5000, verdict: VERDICT }, evidence: evidence([]) },
  ...change,
});

const rolledBack = (): Seen =>
  seenOf(record({ measures: [measured('5xx rate', 'hard')] }), {
    evidence: evidence([request('green', 6000, 500), request('green', VERDICT + 1000), request('blue', VERDICT + 3000)]),
  });

const refused = (): Seen =>
  seenOf(record({ gates: [gate('smoke', 'websocket: the upgrade of /ws/test was refused')] }), {
    times: { began: 0, switched: null, verdict: VERDICT },
    evidence: evidence([request('blue', 10)]),
  });

const TOO_FEW = '3 requests of the 100 that are needed to tell';

const kept = (): RunRecord =>
  record({
    ...{ outcome: 'done', steps: [watched(20_000)], measures: [measured('5xx rate', 'unknown', TOO_FEW)] },
    issues: [`The monitor could not tell for green: 5xx rate (${TOO_FEW}).`],
  });

describe('a bad release is judged', () => {
  const errors = badRelease('errors');
  const socket = badRelease('broken-websocket');

  it('as expected where everything is', () => {
    expect([judge(errors, rolledBack()).faults, judge(socket, refused()).faults]).toEqual([[], []]);
  });

  it.each([
    ['stays', { exitCode: 0, active: 'green' as const }, 'it ended'],
    ['is not in the log', { logged: null }, 'the deployment log does not have the record'],
    ['changes the good slot', { goodIsAsBefore: false }, 'blue is not what it was'],
    ['answers 2.5 s after the verdict', { evidence: evidence([request('green', VERDICT + 2400, 200, 100)]) }, 'still answered 2500 ms'],
    [
      'is not caught by its measure',
      { record: record({ measures: [measured('memory', 'hard')] }) },
      'the hard measures in the record are: memory',
    ],
    ['fails otherwise than by 500', { evidence: evidence([request('green', 10, 502)]) }, 'projects failed: 502 of green'],
    ['fails on the good slot', { evidence: evidence([request('green', 10), request('blue', 20, 500)]) }, 'projects failed: 500 of blue'],
    ['got no user', { evidence: evidence([]) }, 'no user ever got an answer of green'],
  ])('as not expected where one that is to be rolled back %s', (_what, change, fault) => {
    expect(judge(errors, { ...rolledBack(), ...change }).faults.join('\n')).toContain(fault);
  });

  it.each([
    ['passes every gate', { record: record({ gates: [] }) }, 'no gate kept it out'],
    ['is kept out for another reason', { record: record({ gates: [gate('smoke', 'shell: no page')] }) }, 'smoke kept it out: shell'],
    ['gets users', { evidence: evidence([request('green', 10)]) }, 'users got answers of green'],
    ['lets a request fail', { evidence: evidence([request('blue', 10, 500)]) }, 'projects failed: 500 of blue'],
  ])('as not expected where one that is to be refused %s', (_what, change, fault) => {
    const seen = { ...refused(), ...change };
    expect(judge(socket, { ...seen, logged: seen.record }).faults.join('\n')).toContain(fault);
  });

  it.each([
    ['is rolled back', { exitCode: 1, active: 'blue' as const }, 'it ended'],
    ['is not watched for the whole time', { record: { ...kept(), steps: [watched(5000)] } }, 'it was not watched for 20 s'],
    ['has no issue', { record: { ...kept(), issues: [] } }, 'no issue says that it is unknown: there is none'],
    ['is called healthy', { record: { ...kept(), measures: [measured('5xx rate', 'soft', TOO_FEW)] } }, 'no issue says that it is unknown'],
  ])('as not expected where one that is to be kept %s', (_what, change, fault) => {
    const seen = seenOf(kept(), { exitCode: 0, active: 'green', evidence: evidence([request('green', 10)]) });
    expect(judge(badRelease('too-few'), seen).faults).toEqual([]);
    expect(judge(badRelease('too-few'), { ...seen, ...change }).faults.join('\n')).toContain(fault);
  });
});
