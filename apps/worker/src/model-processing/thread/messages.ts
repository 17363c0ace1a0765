import type { Checkpoint, ModelResult, Slot } from '@devplatform/contracts';
import type { StoreConfig } from '@devplatform/runtime/storage';
import type { RejectionCode } from '../rejection.ts';

export type Inspection = ModelResult['inspect'];

/** An uploaded file. */
export interface Source {
  readonly objectKey: string;
  /** Of the bytes that the client read; 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What to make of a model. */
export interface ModelOptions {
  /** Shares of the triangles, each above 0 and below 1. */
  readonly levels: readonly number[];
  /** Edge of the square thumbnail in pixels. */
  readonly thumbnail: number;
}

export type ProcessedModel = Pick<ModelResult, 'inspect' | 'optimised' | 'levels' | 'thumbnail'>;

/** `workerData` of a thread. A model's bytes never leave it, so that ending the thread gives their memory back. */
export interface ThreadSetup {
  readonly store: StoreConfig;
}

export interface ThreadRequest {
  readonly source: Source;
  readonly options: ModelOptions;
  /** Who does it. */
  readonly slot: Slot;
  /** What another process left, whatever that is; null where nobody has begun. */
  readonly checkpoint: unknown;
  /** Not 0: stop before the next step. In shared memory, because a thread that computes reads no messages. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** All but the first two are the last one of a request. */
export type ThreadMessage =
  | { readonly type: 'started-over'; readonly reason: string }
  | { readonly type: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly type: 'ended'; readonly checkpoint: Checkpoint }
  | { readonly type: 'rejected'; readonly code: RejectionCode; readonly message: string }
  | { readonly type: 'outage'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };
