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
    ...{
      commandMs: move.timeline.ended - move.timeline.asked,
      counted: move.ledger.slots?.counted ?? null,
      differences: move.ledger.differences,
    },
  })),
  findings,
});

/** A rollback is measured from the decision, the others from the switch: what comes before it is their work. */
const lastAnswer = (move: Move): string => {
  const { timeline, seen } = move;
  if (seen.lastAnswerOfOld === null) return 'none';
  if (timeline.move === 'rollback') return `${lastAnswerMs(move).toFixed(0)} ms, from the decision`;
  return `${(seen.lastAnswerOfOld - timeline.told).toFixed(0)} ms`;
};

const drainedMs = ({ timeline: { drained, told } }: Move): number | null => (drained === null ? null : drained - told);

/** Without colours, and without a line between rows. */
const PLAIN = { style: { head: [], border: [] }, chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' } };

function thingsTable(lines: readonly Line[]): string {
  const table = new Table({
    head: ['', 'in all', 'crossed a switch', 'fine', 'lost', 'doubled', 'longest gap', 'sent again', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    ...PLAIN,
  });
  for (const { what, inAll, underWay, fine, lost, doubled, longestGap, retries, note } of lines)
    table.push([what, inAll, what === 'edits' ? '' : underWay, fine, lost, doubled, `${longestGap} ms`, retries, note]);
  return table.toString();
}

/** One line for each file name, however often it was uploaded. */
function filesTable({ uploads, storedHashes, jobs }: Evidence): string {
  const table = new Table({
    head: ['upload', 'size', 'times', 'arrived in', 'as it was sent', 'ready in', 'jobs done by', 'exactly once'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'right'],
    ...PLAIN,
  });
  const within = (durations: readonly number[]): string => `${(Math.max(...durations) / 1000).toFixed(1)} s`;
  for (const [fileName, of = []] of Object.entries(Object.groupBy(uploads, (upload) => upload.fileName))) {
    const intact = of.filter(({ uploadId, sha256 }) => storedHashes.get(uploadId) === sha256);
    const done = jobs.filter(({ taskId }) => of.some((upload) => upload.taskId === taskId));
    const slots = Object.entries(Object.groupBy(done, ({ slot, release }) => (slot === null ? 'nobody' : `${slot} v${release ?? '?'}`)));
    table.push([
      ...[fileName, sizeOf(of[0]?.size ?? 0), of.length, within(of.map(({ startedAt, storedAt }) => storedAt - startedAt))],
      ...[`${intact.length} of ${of.length}`, within(of.map(({ storedAt, finishedAt }) => finishedAt - storedAt))],
      slots.map(([slot, by]) => `${by?.length ?? 0} on ${slot}`).join(', '),
      `${done.filter(({ effects, versions }) => effects === 1 && versions === 1).length} of ${of.length}`,
    ]);
  }
  return table.toString();
}

const sizeOf = (bytes: number): string => (bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(0)} MB`);

function movesTable(moves: readonly Move[]): string {
  const table = new Table({
    head: ['', 'from → to', 'effective', 'proven', 'last answer of the old slot after', 'old slot empty', 'accounted for'],
    ...PLAIN,
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
      ...[lastAnswer(move), drained === null ? 'never' : `${(drained / 1000).toFixed(1)} s`],
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
