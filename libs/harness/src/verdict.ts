import type { Evidence, Move } from './evidence.ts';
import { failed, type RequestRecord } from './http-observer.ts';
import { quantile } from './quantile.ts';
import { disagreements } from './state-hash.ts';

/** How much load makes a run count. */
export interface Minimum {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly sessions: number;
  readonly editsPerSecond: number;
  readonly largestUpload: number;
  /** Jobs under way at the first switch. */
  readonly jobs: number;
}

/** The load of the issue's "Must show". */
export const MUST_SHOW: Minimum = {
  ...{ requests: 20_000, requestsPerSecond: 300, sessions: 200, editsPerSecond: 200, largestUpload: 100_000_000, jobs: 10 },
};

/** One promise of tests/bluegreen/SPEC.md and whether this run kept it. */
export interface Finding {
  readonly promise: string;
  readonly title: string;
  readonly holds: boolean;
  /** The measured figure, for people. */
  readonly figure: string;
  /** What broke it, one line each; empty where it holds. */
  readonly broken: readonly string[];
}

const SWITCH_LIMIT_MS = 250;
const ROLLBACK_LIMIT_MS = 1000;
const SHOWN = 10;

/** Judges a run. A negative control is judged by this same function and must be found wanting. */
export function verdictOf(evidence: Evidence, minimum: Minimum): readonly Finding[] {
  return [
    load(evidence, minimum),
    requests(evidence),
    edits(evidence),
    oneState(evidence),
    offline(evidence),
    uploads(evidence),
    jobs(evidence),
    switchTime(evidence),
    rollbackTime(evidence),
    ledger(evidence),
  ];
}

const finding = (promise: string, title: string, figure: string, broken: readonly string[]): Finding => ({
  ...{ promise, title, figure, holds: broken.length === 0 },
  broken: broken.length > SHOWN ? [...broken.slice(0, SHOWN), `and ${broken.length - SHOWN} more`] : broken,
});

/** A run without load proves nothing, so too little of it is a failure too. */
function load({ began, ended, requests: sent, editors, uploads: uploaded, moves }: Evidence, minimum: Minimum): Finding {
  const seconds = (ended - began) / 1000;
  const jobsUnderWay = moves[0]?.ledger.rows.filter(({ kind }) => kind === 'job').length ?? 0;
  const figures = {
    requests: sent.length,
    requestsPerSecond: Math.round(sent.length / seconds),
    sessions: editors.editors.length,
    editsPerSecond: Math.round(editors.acks.length / seconds),
    largestUpload: Math.max(0, ...uploaded.map(({ size }) => size)),
    jobs: jobsUnderWay,
  } satisfies Minimum;
  const broken = Object.entries(minimum).flatMap(([name, least]) => {
    const figure = figures[name as keyof Minimum];
    return figure < least ? [`${name}: ${figure}, at least ${String(least)} are wanted`] : [];
  });
  const figure = `${figures.requests} requests (${figures.requestsPerSecond}/s), ${figures.sessions} sessions, ${figures.editsPerSecond} edits/s, ${figures.jobs} jobs under way at the switch; ${seconds.toFixed(0)} s`;
  return finding('BG-0', 'the load is what it claims to be', figure, broken);
}

function requests({ requests: sent, annotations }: Evidence): Finding {
  const broken = [
    ...sent.filter(failed).map((request) => `${request.kind} over a ${request.connection} connection: ${describe(request)}`),
    ...annotations.lost.map((note) => `${note} was answered and is not stored`),
    ...annotations.doubled.map((note) => `${note} is stored twice`),
  ];
  return finding('BG-1', 'no request fails', `${sent.filter(failed).length} of ${sent.length} failed`, broken);
}

const describe = ({ status, error, slot, at }: RequestRecord): string =>
  `${status === null ? (error ?? 'no answer') : `status ${status}`} from ${slot ?? 'nobody'} at ${new Date(at).toISOString()}`;

function edits({ editors, journal }: Evidence): Finding {
  const unsaved = editors.editors.filter(({ edits: made, acked }) => made > acked);
  const broken = [
    ...journal.lost,
    ...journal.doubled,
    ...journal.holes,
    ...unsaved.map(({ sessionId, edits: made, acked }) => `session ${sessionId}: ${made - acked} of ${made} edits were never acknowledged`),
    ...editors.editors.flatMap(({ sessionId, rejected }) =>
      rejected.map((code) => `session ${sessionId}: an edit was rejected with ${code}`),
    ),
  ];
  const p99 = quantile(
    editors.acks.map(({ ms }) => ms),
    0.99,
  );
  const figure = `${editors.acks.length} edits, ${journal.lost.length} lost, ${journal.doubled.length} doubled; acknowledged p99 ${p99.toFixed(0)} ms`;
  return finding('BG-2', 'no edit is lost, doubled or reordered', figure, broken);
}

function oneState({ hashes }: Evidence): Finding {
  const broken = disagreements(hashes);
  const scenes = new Set(hashes.map(({ sceneId }) => sceneId)).size;
  return finding(
    'BG-3',
    'clients, both slots and the database have one state',
    `${hashes.length} hashes of ${scenes} scenes, ${broken.length} differ`,
    broken,
  );
}

function offline({ editors }: Evidence): Finding {
  const broken = editors.editors.flatMap(({ sessionId, offline: times, arrivals }) => [
    ...times.map(({ at, code }) => `session ${sessionId} was offline at ${new Date(at).toISOString()}, code ${code}`),
    ...arrivals.filter(({ gapMs }) => gapMs > 0).map(({ gapMs, slot }) => `session ${sessionId} waited ${gapMs.toFixed(0)} ms for ${slot}`),
  ]);
  const worst = editors.editors.reduce((most, { arrivals }) => arrivals.reduce((gap, arrival) => Math.max(gap, arrival.gapMs), most), 0);
  const handovers = editors.editors.reduce((sum, { arrivals }) => sum + arrivals.filter(({ reason }) => reason === 'handover').length, 0);
  return finding('BG-4', 'nobody is offline for a moment', `${handovers} handovers, longest gap ${worst.toFixed(0)} ms`, broken);
}

function uploads({ uploads: uploaded, storedHashes }: Evidence): Finding {
  const broken = uploaded.flatMap(({ uploadId, fileName, status, sha256, error }) => [
    ...(status === 'ready' ? [] : [`${fileName} ended ${status}: ${error ?? 'no reason given'}`]),
    ...(storedHashes.get(uploadId) === sha256 ? [] : [`${fileName}: the stored object is not what was sent`]),
  ]);
  const again = uploaded.reduce((sum, { retries }) => sum + retries, 0);
  return finding('BG-5', 'an upload arrives as it was sent', `${uploaded.length} uploads, ${again} parts sent again`, broken);
}

function jobs({ jobs: all, uploads: uploaded }: Evidence): Finding {
  const known = new Set(all.map(({ taskId }) => taskId));
  const broken = [
    ...all.filter(({ status }) => status !== 'done').map(({ fileName, status }) => `the job of ${fileName} ended ${status}`),
    ...all
      .filter(({ effects, versions }) => effects !== 1 || versions !== 1)
      .map((job) => `the job of ${job.fileName} took effect ${job.effects} times`),
    ...uploaded.filter(({ taskId }) => taskId === null || !known.has(taskId)).map(({ fileName }) => `${fileName} has no job`),
    ...(all.length > uploaded.length ? [`${all.length} jobs for ${uploaded.length} uploads`] : []),
  ];
  const done = all.filter(({ status, effects }) => status === 'done' && effects === 1).length;
  return finding('BG-6', 'each job takes effect exactly once', `${done} of ${uploaded.length} jobs exactly once`, broken);
}

function switchTime({ moves }: Evidence): Finding {
  const measured = moves.map((move) => ({ move, ms: effectiveMs(move) }));
  const broken = measured
    .filter(({ ms }) => ms > SWITCH_LIMIT_MS)
    .map(({ move, ms }) => `the ${move.timeline.move} took ${ms.toFixed(0)} ms to take effect, ${SWITCH_LIMIT_MS} ms are allowed`);
  const figure = measured.map(({ move, ms }) => `${move.timeline.move} ${ms.toFixed(0)} ms`).join(', ');
  return finding('BG-7', 'the switch takes effect within 250 ms', figure, moves.length === 0 ? ['nothing was switched'] : broken);
}

/** From T0 until the new slot had answered a user and no request that was sent reached the old one any more. */
export const effectiveMs = ({ timeline: { told }, seen }: Move): number =>
  Math.max(seen.firstAnswerOfNew ?? Infinity, seen.lastSentToOld ?? 0) - told;

function rollbackTime({ moves }: Evidence): Finding {
  const rollbacks = moves.filter(({ timeline }) => timeline.move === 'rollback').map((move) => lastAnswerMs(move));
  const broken = rollbacks
    .filter((ms) => ms > ROLLBACK_LIMIT_MS)
    .map((ms) => `the bad slot still answered ${ms.toFixed(0)} ms after the decision`);
  const figure = rollbacks.map((ms) => `${ms.toFixed(0)} ms`).join(', ');
  return finding(
    'BG-8',
    'a rollback takes a second, from the decision to the last answer of the bad slot',
    figure || 'no rollback in this run',
    broken,
  );
}

export const lastAnswerMs = ({ timeline, seen }: Move): number => (seen.lastAnswerOfOld ?? timeline.told) - timeline.decided;

function ledger({ moves }: Evidence): Finding {
  const broken = moves.flatMap(({ timeline: { move, drained }, ledger: { rows, lost, doubled, forced, differences } }) => [
    ...(lost > 0 ? [`${move}: ${lost} lost (${summary(rows)})`] : []),
    ...(doubled > 0 ? [`${move}: ${doubled} doubled`] : []),
    ...(forced > 0 ? [`${move}: ${forced} sockets were closed by force`] : []),
    ...(drained === null ? [`${move}: the old slot never was empty`] : []),
    ...differences.map((difference) => `${move}: ${difference}`),
  ]);
  const figure = moves.map(({ timeline: { move }, ledger: { rows } }) => `${move} ${rows.length} rows`).join(', ');
  return finding('BG-9', 'everything that was under way is accounted for', figure, broken);
}

function summary(rows: Move['ledger']['rows']): string {
  const lost = Object.groupBy(
    rows.filter(({ outcome }) => outcome === 'lost'),
    ({ kind }) => kind,
  );
  return Object.entries(lost)
    .map(([kind, some]) => `${some.length} × ${kind}`)
    .join(', ');
}
