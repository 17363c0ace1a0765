import { LedgerKind, type Ledger as SlotLedger, type Slot } from '@devplatform/contracts';
import { failed, type RequestRecord } from './http-observer.ts';
import type { JobRecord } from './job-audit.ts';
import type { EditorRecord } from './scene-editor.ts';
import type { Timeline } from './timeline.ts';
import type { UploadRecord } from './uploader.ts';

/** One thing that was under way at T0, and what its client saw of it: the second book, beside the one that the slots wrote. */
export interface LedgerRow {
  readonly kind: 'session' | 'request' | 'upload' | 'job';
  readonly id: string;
  readonly from: Slot;
  /** null: nobody has it. */
  readonly to: string | null;
  /** Milliseconds without a usable connection. */
  readonly gapMs: number;
  /** What the client had to send again. */
  readonly retries: number;
  readonly outcome: 'moved' | 'answered' | 'finished' | 'lost' | 'doubled';
}

export interface Ledger {
  readonly rows: readonly LedgerRow[];
  /** What the slots wrote themselves; null: nothing. */
  readonly slots: SlotLedger | null;
  readonly lost: number;
  readonly doubled: number;
  /** Sockets that the old slot had to close at the deadline of its drain. */
  readonly forced: number;
  /** Where the two books differ, or that of the slots does not add up; empty: they agree. */
  readonly differences: readonly string[];
}

export interface Observed {
  readonly requests: readonly RequestRecord[];
  readonly editors: readonly EditorRecord[];
  readonly uploads: readonly UploadRecord[];
  readonly jobs: readonly JobRecord[];
  readonly slots: SlotLedger | null;
  /** Slots whose backend was killed without a word, and when. */
  readonly deaths?: readonly Death[];
}

/** A backend that ended with SIGKILL, at a time in milliseconds since 1970. */
export interface Death {
  readonly slot: Slot;
  readonly at: number;
}

/** Milliseconds around the switch and the count, which comes after it, in which a thing may be counted or not. */
const BLUR_MS = 1000;

/** The ledger of one move; `until` (milliseconds since 1970) is when the next one begins. */
export function ledgerOf({ from, to, told }: Timeline, observed: Observed, until: number): Ledger {
  const rows: LedgerRow[] = [
    ...observed.editors.flatMap((editor) => sessionRow(editor, from, to, told, until)),
    ...observed.requests.filter(({ at, ms }) => at <= told && told < at + ms).map((request) => requestRow(request, from)),
    ...observed.uploads
      .filter(({ startedAt, storedAt }) => startedAt <= told && told < (storedAt || Infinity))
      .map((upload) => uploadRow(upload, from, to)),
    ...observed.jobs
      .filter(({ createdAt, finishedAt }) => createdAt <= told && told < (finishedAt ?? Infinity))
      .map((job) => jobRow(job, from)),
  ];
  const { slots } = observed;
  const count = (outcome: LedgerRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  return {
    ...{ rows, slots, lost: count('lost'), doubled: count('doubled') },
    forced: slots?.rows.filter(({ outcome }) => outcome === 'forced').length ?? 0,
    differences:
      slots === null
        ? ['the slots wrote no ledger']
        : [...openOf(observed, told, slots), ...sumsOf(slots), ...sessionsOf(rows, slots), ...thingsOf(observed, told, slots)],
  };
}

/**
 * Rows that did not end well. A request whose slot died with it stays open there, and that is true: its client has no answer
 * either, and whoever judges the requests says so; or it has one that the slot gave and did not live to book. Each open row needs
 * such a request of its own.
 */
function openOf({ requests, deaths = [] }: Observed, told: number, { at, from, rows }: SlotLedger): readonly string[] {
  const until = Date.parse(at) + BLUR_MS;
  const underWay = requests.filter((request) => request.at < until && request.at + request.ms > told - BLUR_MS);
  const unanswered = underWay.filter((request) => failed(request) && request.at + request.ms > told).length;
  const died = deaths.find((death) => death.slot === from && death.at > told)?.at ?? null;
  const unbooked = died === null ? 0 : underWay.filter((request) => isUnbooked(request, from, died)).length;
  const open = rows.filter(({ outcome }) => outcome === null || outcome === 'doubled');
  const known = open.filter(({ kind, outcome }) => kind === 'request' && outcome === null).slice(0, unanswered + unbooked);
  return open
    .filter((row) => !known.includes(row))
    .map(({ kind, item, outcome }) => `the ${kind} ${item} is ${outcome ?? 'open'} in the ledger of the slots`);
}

/** Answered by a slot so shortly before its death that the end of its row, which is written in batches, died with it. */
const isUnbooked = (request: RequestRecord, slot: Slot, died: number): boolean =>
  !failed(request) && request.slot === slot && request.at + request.ms > died - BLUR_MS;

/** As many rows as were counted. */
function sumsOf({ counted, rows }: SlotLedger): readonly string[] {
  return LedgerKind.options.flatMap((kind) => {
    const have = rows.filter((row) => row.kind === kind && !row.late).length;
    return counted[kind] === have ? [] : [`${counted[kind]} of the kind ${kind} were counted, ${have} have a row`];
  });
}

/** Whom the clients saw on the old slot has a row there, nobody else has one, and both say the same of what became of them. */
function sessionsOf(rows: readonly LedgerRow[], slots: SlotLedger): readonly string[] {
  const seen = new Map(rows.filter(({ kind }) => kind === 'session').map((row) => [row.id, row.outcome]));
  const written = new Map(slots.rows.flatMap((row) => (row.session === null || row.late ? [] : [[row.session, row.outcome]])));
  return [
    ...[...seen.keys()].filter((session) => !written.has(session)).map((session) => `session ${session} has no row`),
    ...[...written.keys()].filter((session) => !seen.has(session)).map((session) => `session ${session} has a row, and no client knows it`),
    ...[...seen].flatMap(([session, outcome]) =>
      !written.has(session) || (outcome === 'moved') === (written.get(session) === 'moved')
        ? []
        : [`session ${session}: ${outcome} for its client, ${written.get(session) ?? 'open'} for the slots`],
    ),
  ];
}

/** Uploads and jobs that were under way beyond doubt have a row, and no row of theirs says that they took effect twice or are lost. */
function thingsOf({ uploads, jobs }: Observed, told: number, slots: SlotLedger): readonly string[] {
  const counted = Date.parse(slots.at);
  const around = (from: number, to: number): boolean => from < told - BLUR_MS && counted + BLUR_MS < to;
  const written = new Set(slots.rows.map(({ kind, item }) => `${kind} ${item}`));
  const wanted = [
    ...uploads.filter(({ startedAt, storedAt }) => around(startedAt, storedAt || Infinity)).map(({ uploadId }) => `upload ${uploadId}`),
    ...jobs.filter(({ createdAt, finishedAt }) => around(createdAt, finishedAt ?? Infinity)).map(({ taskId }) => `job ${taskId}`),
  ];
  return wanted.filter((thing) => !written.has(thing)).map((thing) => `the ${thing} has no row`);
}

function sessionRow(editor: EditorRecord, from: Slot, to: Slot, told: number, until: number): readonly LedgerRow[] {
  if (editor.arrivals.findLast(({ at }) => at <= told)?.slot !== from) return [];
  const later = editor.arrivals.filter(({ at }) => at > told && at < until);
  const arrived = later.find(({ slot }) => slot === to);
  return [
    {
      ...{ kind: 'session', id: editor.sessionId, from, to: arrived?.slot ?? null },
      gapMs: later.reduce((sum, { gapMs }) => sum + gapMs, 0),
      retries: later.filter(({ reason }) => reason === 'resume').length,
      outcome: arrived === undefined ? 'lost' : 'moved',
    },
  ];
}

const requestRow = (request: RequestRecord, from: Slot): LedgerRow => ({
  ...{ kind: 'request', id: `${request.kind} ${request.at.toFixed(1)}`, from, to: request.slot, gapMs: 0, retries: 0 },
  outcome: failed(request) ? 'lost' : 'answered',
});

const uploadRow = (upload: UploadRecord, from: Slot, to: Slot): LedgerRow => ({
  ...{ kind: 'upload', id: upload.uploadId, from, to, gapMs: 0, retries: upload.retries },
  outcome: upload.status === 'ready' ? 'finished' : 'lost',
});

const jobRow = (job: JobRecord, from: Slot): LedgerRow => ({
  ...{ kind: 'job', id: job.taskId, from, to: job.slot, gapMs: 0, retries: 0 },
  outcome: job.effects > 1 || job.versions > 1 ? 'doubled' : job.status === 'done' && job.effects === 1 ? 'finished' : 'lost',
});
