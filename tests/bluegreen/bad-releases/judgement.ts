import { isDeepStrictEqual } from 'node:util';
import type { Slot } from '@devplatform/contracts';
import { verdictOf, type CommandEvent, type Evidence } from '@devplatform/harness';
import type { BadRelease, Expected } from './bad-release.ts';
import type { RunTimes } from './run-journal.ts';

export type RunRecord = Extract<CommandEvent, { type: 'closed' }>['record'];

/** What a deployment was from outside, from its record and from its users. */
export interface Seen {
  readonly exitCode: number;
  readonly output: string;
  /** null: it wrote none. */
  readonly record: RunRecord | null;
  /** What the deployment log has of it. */
  readonly logged: unknown;
  readonly times: RunTimes | null;
  /** Who served before, and where the release was deployed to. */
  readonly good: Slot;
  readonly bad: Slot;
  /** Who serves after it. */
  readonly active: Slot | null;
  /** The slot that served before is what it was, to the process. */
  readonly goodIsAsBefore: boolean;
  readonly evidence: Evidence;
}

export interface Judged {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  /** Which gate, or which measures of the monitor with their figures. */
  readonly caughtBy: string;
  /** From the switch, where there was one, otherwise from the beginning of the run. */
  readonly msToVerdict: number | null;
  /** From the monitor's verdict until the last request that the bad slot got was sent, and until its last answer arrived. */
  readonly msToLastSent: number | null;
  readonly msToLastAnswer: number | null;
  readonly requests: number;
  /** Answers with anything but 2xx, or none. */
  readonly failedRequests: number;
  readonly edits: number;
  /** Lost, doubled or out of order. */
  readonly editsLost: number;
  /** Empty: it is as expected. */
  readonly faults: readonly string[];
}

/** Milliseconds from the monitor's verdict to the last answer of the bad slot; issue 5, "Must show". */
const WAY_BACK_LIMIT_MS = 2000;
/** A timer may come a moment early. */
const CLOCK_MS = 100;
const NO_MINIMUM = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };
/** Of the harness: edits, one state, nobody offline, jobs. */
const USERS = ['BG-2', 'BG-3', 'BG-4', 'BG-6'];

type Request = Evidence['requests'][number];
const failed = ({ status }: Request): boolean => status === null || status < 200 || status > 299;

/** Pure: the same evidence, the same judgement. */
export function judge(release: BadRelease, seen: Seen): Judged {
  const { evidence, times, bad } = seen;
  const ofBad = evidence.requests.filter(({ slot }) => slot === bad);
  const since = (moments: readonly number[]): number | null =>
    times?.verdict == null || moments.length === 0 ? null : moments.reduce((last, moment) => Math.max(last, moment), 0) - times.verdict;
  const wentBack = release.expected.kind === 'rolled back';
  const figures = {
    msToVerdict: times?.verdict == null ? null : times.verdict - (times.switched ?? times.began),
    msToLastSent: wentBack ? since(ofBad.map(({ at }) => at)) : null,
    msToLastAnswer: wentBack ? since(ofBad.map(({ at, ms }) => at + ms)) : null,
  };
  const { journal, editors } = evidence;
  return {
    ...{
      name: release.name,
      title: release.title,
      expected: inWords(release.expected),
      caughtBy: caughtBy(release.expected, seen.record),
      ...figures,
    },
    ...{ requests: evidence.requests.length, failedRequests: evidence.requests.filter(failed).length },
    ...{ edits: editors.acks.length, editsLost: journal.lost.length + journal.doubled.length + journal.holes.length },
    faults: [
      ...ending(release, seen),
      ...users(release, seen),
      ...(figures.msToLastSent !== null && figures.msToLastSent > WAY_BACK_LIMIT_MS
        ? [`the bad slot still got requests ${figures.msToLastSent.toFixed(0)} ms after the verdict`]
        : []),
      ...(figures.msToLastAnswer !== null && figures.msToLastAnswer > WAY_BACK_LIMIT_MS + release.slowMs
        ? [`the bad slot still answered ${figures.msToLastAnswer.toFixed(0)} ms after the verdict`]
        : []),
    ],
  };
}

const inWords = (expected: Expected): string => (expected.kind === 'refused' ? `refused by ${expected.gates.join(' or ')}` : expected.kind);

type Measure = RunRecord['measures'][number]['measures'][number];

/** The last verdicts of the monitor, as the record has them. */
const measuresOf = (record: RunRecord | null): readonly Measure[] =>
  record?.measures.find(({ step }) => step === 'monitor')?.measures ?? [];

const hardOf = (record: RunRecord | null): readonly Measure[] => measuresOf(record).filter(({ verdict }) => verdict === 'hard');

const keptBy = (expected: Extract<Expected, { kind: 'kept' }>, record: RunRecord | null): readonly Measure[] =>
  measuresOf(record).filter(({ name, verdict }) => verdict === expected.verdict && expected.measure.test(name));

/** `smoke: websocket, edit-round-trip`, or what the monitor says. */
function caughtBy(expected: Expected, record: RunRecord | null): string {
  const gate = refusalOf(record);
  if (gate !== undefined) {
    const checks = gate.result.checks.filter(({ status }) => status !== 'passed').map(({ name }) => name);
    return `${gate.name}: ${checks.join(', ')}`;
  }
  const said = (measures: readonly Measure[]): string => measures.map(({ name, figure }) => `${name} ${figure}`).join('; ');
  if (hardOf(record).length > 0) return `monitor: ${said(hardOf(record))}`;
  return expected.kind === 'kept' ? `nobody; it says: ${said(keptBy(expected, record))}` : 'nobody';
}

const refusalOf = (record: RunRecord | null): RunRecord['gates'][number] | undefined =>
  record?.gates.find(({ result }) => result.status !== 'passed');

const monitorOf = (record: RunRecord | null): RunRecord['steps'][number] | undefined =>
  record?.steps.find(({ name }) => name === 'monitor');

/** Whether the run ended as it had to, and says so. */
function ending(
  release: BadRelease,
  { exitCode, output, record, logged, good, bad, active, goodIsAsBefore, evidence }: Seen,
): readonly string[] {
  if (record === null) return [`the run left no record: ${output}`];
  const { expected } = release;
  const kept = expected.kind === 'kept';
  const wanted = { exitCode: kept ? 0 : 1, outcome: kept ? 'done' : 'undone', active: kept ? bad : good };
  const is = { exitCode, outcome: record.outcome, active };
  const switched = evidence.requests.some(({ slot }) => slot === bad);
  return [
    ...(isDeepStrictEqual(is, wanted)
      ? []
      : [`it ended ${JSON.stringify(is)}, expected was ${JSON.stringify(wanted)}: ${record.issues.join('; ')}`]),
    ...(isDeepStrictEqual(logged, JSON.parse(JSON.stringify(record))) ? [] : ['the deployment log does not have the record']),
    ...(kept || goodIsAsBefore ? [] : [`${good} is not what it was`]),
    ...(switched === (expected.kind !== 'refused')
      ? []
      : [switched ? `users got answers of ${bad}` : `no user ever got an answer of ${bad}`]),
    ...reasons(release, record),
  ];
}

function reasons({ expected, monitorSeconds }: BadRelease, record: RunRecord): readonly string[] {
  const step = monitorOf(record);
  switch (expected.kind) {
    case 'refused': {
      const gate = refusalOf(record);
      if (gate === undefined || gate.result.status === 'passed') return ['no gate kept it out'];
      const { name, result } = gate;
      return expected.gates.includes(name) && expected.reason.test(result.reason) ? [] : [`${name} kept it out: ${result.reason}`];
    }
    case 'rolled back': {
      const hard = hardOf(record).map(({ name }) => name);
      return hard.some((name) => expected.measure.test(name)) ? [] : [`the hard measures in the record are: ${hard.join(', ') || 'none'}`];
    }
    case 'kept': {
      const watched = step?.ok === true && step.ms >= (monitorSeconds ?? 0) * 1000 - CLOCK_MS;
      const said = keptBy(expected, record).filter(
        ({ figure }) => expected.figure.test(figure) && record.issues.some((issue) => issue.includes(figure)),
      );
      return [
        ...(watched ? [] : [`it was not watched for ${monitorSeconds} s: ${JSON.stringify(step)}`]),
        ...(said.length > 0 ? [] : [`no issue says that it is ${expected.verdict}: ${record.issues.join('; ') || 'there is none'}`]),
      ];
    }
  }
}

/** Requests may fail only as the release itself fails them; everything else of the users is whole. */
function users({ ownFailures, base }: BadRelease, { evidence, good, bad }: Seen): readonly string[] {
  const faulty: readonly (string | null)[] = base === null ? [bad] : [bad, good];
  const own = ({ status, slot }: Request): boolean => ownFailures === 'status 500' && status === 500 && faulty.includes(slot);
  const others = evidence.requests.filter((request) => failed(request) && !own(request));
  const findings = verdictOf(evidence, NO_MINIMUM).filter(({ promise }) => USERS.includes(promise));
  return [
    ...others
      .slice(0, 5)
      .map(({ kind, status, slot, error }) => `${kind} failed: ${status ?? error ?? 'no answer'} of ${slot ?? 'nobody'}`),
    ...(others.length > 5 ? [`${others.length} requests failed that the release did not fail itself`] : []),
    ...[...evidence.annotations.lost, ...evidence.annotations.doubled].map((note) => `${note} is lost or doubled`),
    ...findings.flatMap(({ promise, broken }) => broken.map((line) => `${promise}: ${line}`)),
  ];
}
