import { MAX_UPLOAD_BYTES } from '@devplatform/contracts';
import type { ApiClient } from '../api/client.ts';
import { ApiError, messageOf } from '../api/problem.ts';
import { trackWork } from '../safe-point.ts';
import { Store } from '../store.ts';
import type { FileHash } from './hash-file.ts';
import { inOneTab } from './in-one-tab.ts';
import type { KeptUpload, KeptUploads } from './kept-uploads.ts';
import type { PutPart } from './put-part.ts';
import { UploadEnded, uploadModel } from './upload-model.ts';
import type { ShownUpload, UploadState } from './upload-state.ts';

export interface ModelUploadsOptions {
  readonly client: ApiClient;
  readonly kept: KeptUploads;
  readonly hash: (file: Blob, onProgress: (bytes: number) => void, signal: AbortSignal) => Promise<FileHash>;
  readonly put: PutPart;
  /** Who is signed in; undefined: nobody. */
  readonly userId: () => string | undefined;
}

/** The uploads of this tab. They go on while one looks at other pages, and after a reload; each runs in one tab at a time. */
export class ModelUploads {
  readonly shown = new Store<readonly ShownUpload[]>([]);
  readonly #options: ModelUploadsOptions;
  readonly #running = new Map<string, AbortController>();
  readonly #files = new Map<string, File>();

  constructor(options: ModelUploadsOptions) {
    this.#options = options;
  }

  /** Uploads a file, as a new model or as a new version of `modelId`. */
  start(file: File, projectId: string, modelId?: string): void {
    const userId = this.#options.userId();
    if (userId === undefined) return;
    const { name, size } = file;
    const upload = { clientUploadId: crypto.randomUUID(), userId, projectId, modelId, name, size, hash: null, uploadId: null };
    this.shown.set(this.shown.current().filter(({ state }) => state.phase !== 'stored'));
    const refusal = size > MAX_UPLOAD_BYTES ? 'is larger than 100 MB' : size === 0 ? 'is empty' : null;
    if (refusal === null) void this.#run(upload, file, this.#options.kept.keepFile(upload.clientUploadId, file));
    else this.#show(upload, { phase: 'failed', message: `${name} ${refusal}; nothing was uploaded.`, kept: false });
  }

  /** The file of an upload that had to be chosen again; another one is refused, by its size and its hash. */
  async provide(clientUploadId: string, file: File): Promise<void> {
    const upload = await this.#options.kept.find(clientUploadId);
    if (upload === undefined) this.#hide(clientUploadId);
    else if (upload.size === file.size) await this.#run({ ...upload, hash: null }, file, Promise.resolve(false));
    else this.#show(upload, { phase: 'needs-file', refused: true });
  }

  /** Goes on with what an earlier page of this browser left in the project. May be repeated. */
  async resume(projectId: string): Promise<void> {
    const userId = this.#options.userId();
    if (userId === undefined) return;
    for (const upload of await this.#options.kept.of(userId, projectId)) await this.#resume(upload);
  }

  async retry(clientUploadId: string): Promise<void> {
    const shown = this.#find(clientUploadId);
    const upload = (await this.#options.kept.find(clientUploadId)) ?? shown?.upload;
    if (upload !== undefined) await this.#resume(upload);
  }

  /** For good: the server and this browser forget it. */
  async discard(clientUploadId: string): Promise<void> {
    this.#running.get(clientUploadId)?.abort(new Error('The upload was discarded.'));
    const uploadId = (await this.#options.kept.find(clientUploadId))?.uploadId ?? this.#find(clientUploadId)?.upload.uploadId;
    await this.#forget(clientUploadId);
    this.#hide(clientUploadId);
    // Where nobody answers: the server does the same after a day.
    if (uploadId != null) await this.#options.client.delete(`/uploads/${uploadId}`).catch(() => undefined);
  }

  #find(clientUploadId: string): ShownUpload | undefined {
    return this.shown.current().find(({ upload }) => upload.clientUploadId === clientUploadId);
  }

  async #resume(upload: KeptUpload): Promise<void> {
    const { kept } = this.#options;
    const id = upload.clientUploadId;
    const file = this.#files.get(id) ?? (await kept.file(id));
    if (this.#running.has(id)) return;
    if (file !== undefined) void this.#run(upload, file, Promise.resolve(true));
    else if (upload.hash !== null) this.#show(upload, { phase: 'needs-file', refused: false });
    else await kept.forget(id); // Nothing of it has left this browser.
  }

  /** Resolves when it is stored, has failed or is discarded. `fileKept`: whether it can go on after a reload. */
  async #run(upload: KeptUpload, file: File, fileKept: Promise<boolean>): Promise<void> {
    const id = upload.clientUploadId;
    const { signal } = this.#begin(id, file);
    this.#show(upload, { phase: 'reading', bytes: 0 });
    const onWait = (): void => {
      this.#show(upload, { phase: 'elsewhere' });
    };
    const work = inOneTab(`devplatform.upload.${id}`, () => this.#send(upload, file, signal), onWait, signal)
      .catch((error: unknown) => (signal.aborted ? undefined : this.#failed(upload, error)))
      .finally(() => this.#running.delete(id));
    await work.finally(trackWork({ settled: async () => ((await fileKept) ? undefined : work) }));
  }

  #begin(id: string, file: File): AbortController {
    const aborter = new AbortController();
    this.#running.set(id, aborter);
    this.#files.set(id, file);
    return aborter;
  }

  async #send(begun: KeptUpload, file: File, signal: AbortSignal): Promise<void> {
    const { client, kept, hash: read, put } = this.#options;
    const before = await kept.find(begun.clientUploadId);
    const onRead = (bytes: number): void => {
      this.#show(begun, { phase: 'reading', bytes });
    };
    const hash = begun.hash ?? (await read(file, onRead, signal));
    if (before?.hash != null && before.hash.sha256 !== hash.sha256) throw new OtherFile();
    let upload = { ...begun, hash };
    let had = 0;
    await kept.keep(upload);
    await uploadModel(upload, file, hash, {
      ...{ client, put, signal },
      onFound: ({ id, partSize, stored = [] }) => {
        had = stored.reduce((sum, { part }) => sum + Math.min(partSize, upload.size - (part - 1) * partSize), 0);
        upload = { ...upload, uploadId: id };
        void kept.keep(upload);
      },
      onProgress: ({ step, bytes }) => {
        this.#show(upload, step === 'sending' ? { phase: step, bytes, had } : { phase: step });
      },
    });
    await this.#forget(upload.clientUploadId);
    this.#show(upload, { phase: 'stored' });
  }

  async #failed(upload: KeptUpload, error: unknown): Promise<void> {
    if (error instanceof OtherFile) {
      this.#files.delete(upload.clientUploadId);
      this.#show(upload, { phase: 'needs-file', refused: true });
      return;
    }
    const kept = !isFinal(error);
    if (!kept) await this.#forget(upload.clientUploadId);
    this.#show(upload, { phase: 'failed', message: messageOf(error), kept });
  }

  async #forget(clientUploadId: string): Promise<void> {
    this.#files.delete(clientUploadId);
    await this.#options.kept.forget(clientUploadId);
  }

  #show(upload: KeptUpload, state: UploadState): void {
    const shown = this.shown.current();
    const at = shown.findIndex((other) => other.upload.clientUploadId === upload.clientUploadId);
    this.shown.set(at === -1 ? [...shown, { upload, state }] : shown.with(at, { upload, state }));
  }

  #hide(clientUploadId: string): void {
    this.shown.set(this.shown.current().filter(({ upload }) => upload.clientUploadId !== clientUploadId));
  }
}

/** The file that was chosen again is not the one that the upload began with. */
class OtherFile extends Error {}

/** Asking again would get the same answer; signing in again, or waiting, changes it for the others. */
const isFinal = (error: unknown): boolean =>
  error instanceof UploadEnded || (error instanceof ApiError && error.status < 500 && ![401, 408, 409, 429].includes(error.status));
