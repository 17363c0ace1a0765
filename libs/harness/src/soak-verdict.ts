import { quantile } from './quantile.ts';
import type { SoakReport, SoakRound } from './soak.ts';
import { verdictOf, type Minimum } from './verdict.ts';

/** Judged over the whole soak. */
export interface SoakVerdict {
  readonly holds: boolean;
  /** One line each, with the figure. */
  readonly lines: readonly {
    readonly what: string;
    readonly holds: boolean;
    readonly figure: string;
    readonly broken: readonly string[];
  }[];
}

interface Window {
  readonly from: number;
  readonly to: number;
}

const NO_MINIMUM: Minimum = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };
/** Promises of the blue-green specification that hold whatever breaks. */
const ALWAYS = ['BG-2', 'BG-3', 'BG-5', 'BG-6', 'BG-9'];
const CRASH_LIMIT_MS = 3000;
const ACK_LIMIT_MS = 500;
const ACK_RATIO = 2;
/** Milliseconds after a fault was mended that still belong to it: what waited is caught up. */
const AFTERMATH_MS = 2000;

export function soakVerdict({ plan, rounds, failure, evidence }: SoakReport): SoakVerdict {
  const faults = rounds.flatMap(({ fault }) => (fault === null ? [] : [{ from: fault.at, to: fault.mended + AFTERMATH_MS }]));
  const always = verdictOf(withoutRequests(evidence), NO_MINIMUM)
    .filter(({ promise }) => ALWAYS.includes(promise))
    .map(({ promise, title, holds, figure, broken }) => ({ what: `${promise} ${title}`, holds, figure, broken }));
  const lines = [
    line(
      'the load',
      `${plan.rounds} rounds, ${faults.length} with a fault, seed ${plan.seed}; ${loadOf(evidence)}`,
      shortfalls(plan, evidence),
    ),
    line('every move succeeded', `${rounds.length} of ${plan.rounds}`, failure === null ? [] : [failure]),
    ...always,
    offline(evidence, faults),
    acknowledgements(evidence, rounds, faults),
    requests(evidence, faults),
  ];
  return { holds: lines.every(({ holds }) => holds), lines };
}

/** Requests that met a fault are lost, and are judged by themselves; every other row of a ledger has to be accounted for. */
function withoutRequests(evidence: SoakReport['evidence']): SoakReport['evidence'] {
  const moves = evidence.moves.map(({ ledger, ...move }) => {
    const rows = ledger.rows.filter(({ kind }) => kind !== 'request');
    return { ...move, ledger: { ...ledger, rows, lost: rows.filter(({ outcome }) => outcome === 'lost').length } };
  });
  return { ...evidence, moves };
}

const line = (what: string, figure: string, broken: readonly string[]): SoakVerdict['lines'][number] => ({
  ...{ what, holds: broken.length === 0, figure, broken },
});

const within = (windows: readonly Window[], at: number): boolean => windows.some(({ from, to }) => at >= from && at <= to);

function loadOf({ began, ended, editors, uploads, jobs }: SoakReport['evidence']): string {
  const seconds = (ended - began) / 1000;
  const rate = (editors.acks.length / seconds).toFixed(0);
  return `${editors.editors.length} editors, ${editors.acks.length} edits (${rate}/s), ${uploads.length} uploads, ${jobs.length} jobs in ${seconds.toFixed(0)} s`;
}

function shortfalls(plan: SoakReport['plan'], { editors, uploads, jobs }: SoakReport['evidence']): readonly string[] {
  const large = uploads.filter(({ size }) => size >= plan.largeBytes * 0.99).length;
  return [
    ...(editors.editors.length < plan.scenes * plan.editorsPerScene ? ['fewer editors than planned'] : []),
    ...(large < plan.largeUploads ? [`${large} large uploads of ${plan.largeUploads}`] : []),
    ...(jobs.length < plan.jobs ? [`${jobs.length} jobs of ${plan.jobs}`] : []),
  ];
}

/** Outside of faults nobody is offline for a moment; after a fault for three seconds at most. */
function offline({ editors }: SoakReport['evidence'], faults: readonly Window[]): SoakVerdict['lines'][number] {
  const gaps = editors.editors.flatMap(({ sessionId, arrivals, offline: losses }) => [
    ...arrivals
      .filter(({ gapMs }) => gapMs > 0)
      .map(({ at, gapMs, slot }) => ({ sessionId, from: at - gapMs, ms: gapMs, what: `came back to ${slot}` })),
    ...losses
      .filter(({ at }) => !arrivals.some((arrival) => arrival.at > at))
      .map(({ at }) => ({ sessionId, from: at, ms: Infinity, what: 'never came back' })),
  ]);
  const planned = gaps.filter(({ from }) => !within(faults, from));
  const crashes = gaps.filter(({ from }) => within(faults, from));
  const longest = crashes.reduce((most, { ms }) => Math.max(most, ms), 0);
  const words = ({ sessionId, from, ms, what }: (typeof gaps)[number]): string =>
    `session ${sessionId} ${what} after ${ms.toFixed(0)} ms at ${new Date(from).toISOString()}`;
  return line(
    'nobody is offline in a planned switch, nobody longer than 3 s after a crash',
    `planned: ${planned.length === 0 ? '0 ms' : `${planned.length} gaps`}; after faults: ${crashes.length} gaps, the longest ${longest.toFixed(0)} ms`,
    [...planned.map(words), ...crashes.filter(({ ms }) => ms > CRASH_LIMIT_MS).map(words)],
  );
}

function acknowledgements(
  { editors, began }: SoakReport['evidence'],
  rounds: readonly SoakRound[],
  faults: readonly Window[],
): SoakVerdict['lines'][number] {
  const moves = rounds.map(({ timeline }) => ({ from: timeline.told, to: timeline.drained ?? timeline.ended }));
  const busy = rounds.map(({ timeline }) => ({ from: timeline.asked, to: timeline.ended }));
  const calm = editors.acks.filter(({ at }) => at > began && !within(faults, at));
  const of = (acks: readonly { readonly ms: number }[], q: number): number =>
    quantile(
      acks.map(({ ms }) => ms),
      q,
    );
  const moving = calm.filter(({ at }) => within(moves, at));
  const steady = calm.filter(({ at }) => !within(busy, at));
  const [p99, base] = [of(moving, 0.99), of(steady, 0.99)];
  return line(
    'acknowledgements on planned switches',
    `p50 ${of(moving, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms of ${moving.length}; steady p50 ${of(steady, 0.5).toFixed(0)} ms, p99 ${base.toFixed(0)} ms of ${steady.length}`,
    [
      ...(p99 > ACK_LIMIT_MS ? [`p99 is ${p99.toFixed(0)} ms, ${ACK_LIMIT_MS} ms are allowed`] : []),
      ...(p99 > base * ACK_RATIO ? [`p99 is ${(p99 / base).toFixed(1)} times the steady one, ${ACK_RATIO} are allowed`] : []),
    ],
  );
}

/** Requests that met a fault may fail; no other. */
function requests({ requests: sent, annotations }: SoakReport['evidence'], faults: readonly Window[]): SoakVerdict['lines'][number] {
  const bad = sent.filter(({ status }) => status === null || status < 200 || status > 299);
  const unexplained = bad.filter(({ at, ms }) => !within(faults, at) && !within(faults, at + ms));
  return line(
    'no request fails without a fault',
    `${unexplained.length} of ${sent.length}; ${bad.length - unexplained.length} met a fault`,
    [
      ...unexplained.map(
        ({ kind, at, error, status }) => `${kind} at ${new Date(at).toISOString()}: ${error ?? `status ${String(status)}`}`,
      ),
      ...annotations.lost.map((note) => `${note} was answered and is not stored`),
      ...annotations.doubled.map((note) => `${note} is stored twice`),
    ],
  );
}
