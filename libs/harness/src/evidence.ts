import type { AnnotationAudit } from './annotation-audit.ts';
import type { RequestRecord } from './http-observer.ts';
import type { JobRecord } from './job-audit.ts';
import type { JournalAudit } from './journal-audit.ts';
import type { Ledger } from './ledger.ts';
import type { EditorsReport } from './scene-editors.ts';
import type { StateHash } from './state-hash.ts';
import type { Seen, Timeline } from './timeline.ts';
import type { UploadRecord } from './uploader.ts';

export interface Move {
  readonly timeline: Timeline;
  readonly seen: Seen;
  readonly ledger: Ledger;
}

/** Everything that was observed in one run, from every side; the verdict and the report are made of it alone. */
export interface Evidence {
  /** Milliseconds since 1970 between which the load ran. */
  readonly began: number;
  readonly ended: number;
  readonly requests: readonly RequestRecord[];
  readonly editors: EditorsReport;
  readonly uploads: readonly UploadRecord[];
  /** SHA-256 of the stored objects by upload id. */
  readonly storedHashes: ReadonlyMap<string, string>;
  readonly jobs: readonly JobRecord[];
  readonly annotations: AnnotationAudit;
  readonly journal: JournalAudit;
  readonly hashes: readonly StateHash[];
  readonly moves: readonly Move[];
}
