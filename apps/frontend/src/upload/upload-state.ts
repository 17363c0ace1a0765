import type { KeptUpload } from './kept-uploads.ts';

/** How far an upload is, as this tab knows it. */
export type UploadState =
  | { readonly phase: 'reading'; readonly bytes: number }
  /** `had`: bytes that were at the store already when this page took it up. */
  | { readonly phase: 'sending'; readonly bytes: number; readonly had: number }
  | { readonly phase: 'completing' }
  /** Another tab of this browser is at it; this one goes on when that is closed. */
  | { readonly phase: 'elsewhere' }
  /** The browser had no room for the file: it has to be chosen again. `refused`: what was chosen is another file. */
  | { readonly phase: 'needs-file'; readonly refused: boolean }
  /** All bytes are at the store; the model is being processed. */
  | { readonly phase: 'stored' }
  /** `kept`: it can be tried again, and sends only what is missing. */
  | { readonly phase: 'failed'; readonly message: string; readonly kept: boolean };

export interface ShownUpload {
  readonly upload: KeptUpload;
  readonly state: UploadState;
}
