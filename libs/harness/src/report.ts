import Table from 'cli-table3';
import type { Evidence, Move } from './evidence.ts';
import { failed } from './http-observer.ts';
import type { LedgerRow } from './ledger.ts';
import { quantile } from './quantile.ts';
import { effectiveMs, lastAnswerMs, type Finding } from './verdict.ts';

/** What became of all things of one kind. */
export interface Line {
  readonly what: string;
  readonly inAll: number;
  /** Of the moves together: what was under way when the front door was told. */
  readonly underWay: number;
  readonly fine: number;
  readonly lost: number;
  readonly doubled: number;
  /** Milliseconds. */
  readonly longestGap: number;
  readonly retries: number;
  readonly note: string;
}

/** One line each for requests, sessions, edits, uploads and jobs. */
export function linesOf(evidence: Evidence): readonly Line[] {
  const { requests, editors, uploads, storedHashes, jobs, journal, annotations } = evidence;
  const rows = evidence.moves.flatMap(({ ledger }) => ledger.rows);
  const crossed = (kind: LedgerRow['kind']): Pick<Line, 'underWay' | 'longestGap' | 'retries'> => {
    const of = rows.filter((row) => row.kind === kind);
    return {
      underWay: of.length,
      longestGap: Math.round(of.reduce((most, { gapMs }) => Math.max(most, gapMs), 0)),
      retries: of.reduce((sum, { retries }) => sum + retries, 0),
    };
  };
  const bad = requests.filter(failed).length;
  const ms = (values: readonly { readonly ms: number }[]): string => {
    const times = values.map((value) => value.ms);
    return `p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms`;
  };
  const away = editors.editors.filter(({ offline, arrivals }) => offline.length > 0 || arrivals.some(({ gapMs }) => gapMs > 0)).length;
  const intact = uploads.filter(({ uploadId, sha256, status }) => status === 'ready' && storedHashes.get(uploadId) === sha256).length;
  const once = jobs.filter(({ status, effects, versions }) => status === 'done' && effects === 1 && versions === 1).length;
  const twice = jobs.filter(({ effects, versions }) => effects > 1 || versions > 1).length;
  const seconds = Math.max(0, ...uploads.map(({ startedAt, storedAt }) => storedAt - startedAt)) / 1000;
  return [
    {
      ...{ what: 'requests', inAll: requests.length, ...crossed('request') },
      ...{ fine: requests.length - bad, lost: bad + annotations.lost.length, doubled: annotations.doubled.length, note: ms(requests) },
    },
    {
      ...{ what: 'sessions', inAll: editors.editors.length, ...crossed('session') },
      ...{ fine: editors.editors.length - away, lost: away, doubled: 0, note: 'offline for 0 ms each is fine' },
    },
    {
      ...{ what: 'edits', inAll: editors.acks.length, underWay: 0, longestGap: 0, retries: 0 },
      ...{ fine: editors.acks.length - journal.lost.length, lost: journal.lost.length, doubled: journal.doubled.length },
      note: `committed ${ms(editors.acks)}`,
    },
    {
      ...{ what: 'uploads', inAll: uploads.length, ...crossed('upload') },
      ...{ fine: intact, lost: uploads.length - intact, doubled: 0, note: `hash equal; the longest took ${seconds.toFixed(1)} s` },
    },
    {
      ...{ what: 'jobs', inAll: jobs.length, ...crossed('job') },
      ...{ fine: once, lost: jobs.length - once - twice, doubled: twice, note: 'one effect each is fine' },
    },
  ];
}

/** What happened to every request, session, edit, upload and job; the moves with their times; the promises. For a terminal. */
export function reportOf(evidence: Evidence, findings: readonly Finding[]): string {
  return [thingsTable(linesOf(evidence)), filesTable(evidence), movesTable(evidence.moves), findingsList(findings)].join('\n\n');
}

/** The same for programs, without the single records. */
export const summaryOf = (evidence: Evidence, findings: readonly Finding[]): unknown => ({
  holds: findings.every(({ holds }) => holds),
  things: linesOf(evidence),
  moves: evidence.moves.map((move) => ({
    ...{ move: move.timeline.move, from: move.timeline.from, to: move.timeline.to },
    ...{
      effectiveMs: effectiveMs(move),
      provenMs: move.timeline.proven - move.timeline.told,
      lastAnswerMs: lastAnswerMs(move),
      drainedMs: drainedMs(move),
    },
    ...{ commandMs: move.timeline.ended - move.timeline.asked, counted: move.ledger.counted, differences: move.ledger.differences },
  })),
  findings,
});

const drainedMs = ({ timeline: { drained, told } }: Move): number | null => (drained === null ? null : drained - told);

function thingsTable(lines: readonly Line[]): string {
  const table = new Table({
    head: ['', 'in all', 'crossed a switch', 'fine', 'lost', 'doubled', 'longest gap', 'sent again', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const { what, inAll, underWay, fine, lost, doubled, longestGap, retries, note } of lines)
    table.push([what, inAll, what === 'edits' ? '' : underWay, fine, lost, doubled, `${longestGap} ms`, retries, note]);
  return table.toString();
}

function filesTable({ uploads, storedHashes, jobs }: Evidence): string {
  const table = new Table({
    head: ['upload', 'size', 'arrived in', 'as it was sent', 'its job', 'done by', 'effects'],
    colAligns: ['left', 'right', 'right', 'left', 'left', 'left', 'right'],
    style: { head: [], border: [] },
  });
  for (const { uploadId, fileName, size, sha256, startedAt, storedAt, finishedAt, status, taskId } of uploads) {
    const job = jobs.find((candidate) => candidate.taskId === taskId);
    table.push([
      ...[fileName, `${(size / 1e6).toFixed(1)} MB`, storedAt === 0 ? 'never' : `${((storedAt - startedAt) / 1000).toFixed(1)} s`],
      ...[storedHashes.get(uploadId) === sha256 ? 'yes' : 'NO', `${status}, ${((finishedAt - startedAt) / 1000).toFixed(1)} s in all`],
      ...[job?.slot == null ? 'nobody' : `${job.slot} (${job.release ?? '?'})`, job?.effects ?? 0],
    ]);
  }
  return table.toString();
}

function movesTable(moves: readonly Move[]): string {
  const table = new Table({
    head: ['', 'from → to', 'effective', 'proven', 'last answer of the old slot', 'old slot empty', 'accounted for'],
    style: { head: [], border: [] },
  });
  for (const move of moves) {
    const { timeline, ledger } = move;
    const drained = drainedMs(move);
    table.push([
      ...[
        timeline.move,
        `${timeline.from} → ${timeline.to}`,
        `${effectiveMs(move).toFixed(0)} ms`,
        `${(timeline.proven - timeline.told).toFixed(0)} ms`,
      ],
      ...[`${lastAnswerMs(move).toFixed(0)} ms after the decision`, drained === null ? 'never' : `${(drained / 1000).toFixed(1)} s`],
      ledger.differences.length === 0 ? `${ledger.rows.length} things, nothing missing` : ledger.differences.join('\n'),
    ]);
  }
  return table.toString();
}

const findingsList = (findings: readonly Finding[]): string =>
  findings
    .map(({ promise, title, holds, figure, broken }) =>
      [`${holds ? '✓' : '✗'} ${promise.padEnd(5)} ${title}: ${figure}`, ...broken.map((line) => `        ${line}`)].join('\n'),
    )
    .join('\n');
