import { createStore, del, get, set, values } from 'idb-keyval';
import type { FileHash } from './hash-file.ts';

/** All that it takes to go on with an upload after the page was reloaded, besides the file. */
export interface KeptUpload {
  /** Names the upload to the server: creating it again answers the same one. */
  readonly clientUploadId: string;
  readonly userId: string;
  readonly projectId: string;
  /** A new version of this model; undefined: a new model. */
  readonly modelId: string | undefined;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** null: the file has not been read to its end yet. */
  readonly hash: FileHash | null;
  /** The server's id; null: not created there yet. */
  readonly uploadId: string | null;
}

/**
 * Uploads in the browser's own database, until they are stored or discarded. Where there is none (some private windows), or no room
 * for a file, less is kept and nothing fails.
 */
export class KeptUploads {
  readonly #uploads = createStore('devplatform.uploads', 'uploads');
  readonly #files = createStore('devplatform.upload-files', 'files');

  async keep(upload: KeptUpload): Promise<void> {
    await set(upload.clientUploadId, upload, this.#uploads).catch(() => undefined);
  }

  /** False: there is no room for it, and the same file has to be chosen again after a reload. */
  keepFile(clientUploadId: string, file: File): Promise<boolean> {
    return set(clientUploadId, file, this.#files).then(
      () => true,
      () => false,
    );
  }

  /** undefined: it is stored or discarded, or was never kept. */
  find(clientUploadId: string): Promise<KeptUpload | undefined> {
    return get<KeptUpload>(clientUploadId, this.#uploads).catch(() => undefined);
  }

  file(clientUploadId: string): Promise<File | undefined> {
    return get<File>(clientUploadId, this.#files).catch(() => undefined);
  }

  async of(userId: string, projectId: string): Promise<KeptUpload[]> {
    const kept = await values<KeptUpload>(this.#uploads).catch(() => []);
    return kept.filter((upload) => upload.userId === userId && upload.projectId === projectId);
  }

  async forget(clientUploadId: string): Promise<void> {
    await Promise.allSettled([del(clientUploadId, this.#uploads), del(clientUploadId, this.#files)]);
  }
}
