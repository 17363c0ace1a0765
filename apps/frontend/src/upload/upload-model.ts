import { CompleteUpload, NewUpload, SignedParts, Upload } from '@devplatform/contracts';
import type { z } from 'zod';
import { backoff, pause } from '../api/backoff.ts';
import type { ApiClient } from '../api/client.ts';
import { ApiError, NetworkError } from '../api/problem.ts';
import type { FileHash } from './hash-file.ts';
import type { KeptUpload } from './kept-uploads.ts';
import type { PutPart } from './put-part.ts';
import { transferParts, type StoredPart } from './transfer-parts.ts';

export type Upload = z.infer<typeof Upload>;

export interface UploadProgress {
  readonly step: 'sending' | 'completing';
  /** Bytes at the store. */
  readonly bytes: number;
}

export interface UploadParts {
  readonly client: ApiClient;
  readonly put: PutPart;
  /** The upload as it was found: what it has `stored` is not sent again. */
  readonly onFound: (upload: Upload) => void;
  readonly onProgress: (progress: UploadProgress) => void;
  readonly signal: AbortSignal;
}

/** The server will not take this upload up again: it was cancelled, or nobody went on with it for a day. */
export class UploadEnded extends Error {
  constructor(name: string) {
    super(`The upload of ${name} was cancelled elsewhere, or left for a day; nothing of it is kept. Choose the file again.`);
    this.name = 'UploadEnded';
  }
}

/** Tries where the reason passes: parts that the store lost, a slot that went away. */
const ROUNDS = 6;

/**
 * Brings a file into the store, from wherever it is: nothing of it, some parts, all of them or a completion that nobody saw the end
 * of. May be repeated, also by two tabs at once; processing goes on after it. Throws UploadEnded.
 */
export async function uploadModel(what: KeptUpload, file: Blob, hash: FileHash, parts: UploadParts): Promise<Upload> {
  const { client, signal } = parts;
  const { clientUploadId, projectId, modelId, name: fileName, size } = what;
  const request = NewUpload.parse({ clientUploadId, fileName, size, sha256: hash.sha256, modelId, partChecksums: true });
  for (let round = 1; ; round += 1) {
    try {
      const { id } = await client.post(`/projects/${projectId}/uploads`, request, Upload, { signal });
      const upload = await client.get(`/uploads/${id}`, Upload, { signal });
      if (upload.status === 'aborted') throw new UploadEnded(fileName);
      if (upload.status === 'verifying' || upload.status === 'ready' || upload.status === 'rejected') return upload;
      if (round === 1) parts.onFound(upload);
      const stored = upload.status === 'open' ? await sendMissing(upload, file, hash, parts) : [];
      parts.onProgress({ step: 'completing', bytes: size });
      const completion = CompleteUpload.parse({ fence: upload.fence, parts: stored });
      return await client.post(`/uploads/${id}/complete`, completion, Upload, { signal });
    } catch (error) {
      if (!isPassing(error) || round === ROUNDS) throw error;
      await pause(backoff(round), signal);
    }
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof NetworkError || (error instanceof ApiError && (error.status === 409 || error.status >= 500));

function sendMissing(upload: Upload, file: Blob, hash: FileHash, { client, put, onProgress, signal }: UploadParts): Promise<StoredPart[]> {
  const { id, partSize, partChecksums, stored = [] } = upload;
  const sumOf = (part: number): string => hash.parts[part - 1] ?? '';
  return transferParts({
    file,
    partSize,
    // What the store has of other bytes is sent again.
    stored: stored.filter(({ part, sha256 }) => sha256 === undefined || sha256 === sumOf(part)).map(({ part, etag }) => ({ part, etag })),
    sign: async (wanted) => {
      const parts = partChecksums ? wanted.map((part) => ({ part, sha256: sumOf(part) })) : wanted;
      const { urls } = await client.post(`/uploads/${id}/sign`, { parts }, SignedParts, { signal });
      return new Map(urls.map(({ part, url, headers }) => [part, { url, headers }]));
    },
    put,
    onProgress: (bytes) => {
      onProgress({ step: 'sending', bytes });
    },
    signal,
  });
}
