import type { Slot } from '@devplatform/contracts';
import { failed, type RequestRecord } from './http-observer.ts';
import type { JobRecord } from './job-audit.ts';
import type { EditorRecord } from './scene-editors.ts';
import type { Census } from './slot-census.ts';
import type { Timeline } from './timeline.ts';
import type { UploadRecord } from './uploader.ts';

/** One thing that was under way at T0, and what became of it. */
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
  /** What the old slot itself counted last before T0; null: it gave no answer. */
  readonly counted: Census | null;
  readonly lost: number;
  readonly doubled: number;
  /** Sockets that the old slot had to close at the deadline of its drain. */
  readonly forced: number;
  /** Where the rows are not what the slot counted; empty: they add up. */
  readonly differences: readonly string[];
}

export interface Observed {
  readonly requests: readonly RequestRecord[];
  readonly editors: readonly EditorRecord[];
  readonly uploads: readonly UploadRecord[];
  readonly jobs: readonly JobRecord[];
  /** Last sample of the old slot before T0, and its last one before the next move. */
  readonly before: Census | undefined;
  readonly after: Census | undefined;
}

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
  const counted = observed.before ?? null;
  const count = (outcome: LedgerRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  return {
    ...{ rows, counted, lost: count('lost'), doubled: count('doubled') },
    ...{ forced: observed.after?.forced ?? 0, differences: differencesOf(rows, counted) },
  };
}

/** Requests come and go within a sample, so they add up over the whole run instead: each one sent was answered. */
function differencesOf(rows: readonly LedgerRow[], counted: Census | null): readonly string[] {
  if (counted === null) return ['the old slot did not say what it had under way'];
  const sessions = rows.filter(({ kind }) => kind === 'session').length;
  const jobs = rows.filter(({ kind }) => kind === 'job').length;
  return [
    ...(sessions === counted.sockets ? [] : [`${sessions} sessions are accounted for, the slot had ${counted.sockets} sockets`]),
    ...(jobs >= counted.activeJobs ? [] : [`${jobs} jobs are accounted for, the slot was working on ${counted.activeJobs}`]),
  ];
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
