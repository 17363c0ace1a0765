import { CompleteUpload, MAX_UPLOAD_BYTES, NewUpload, SignedParts, Upload } from '@devplatform/contracts';
import type { z } from 'zod';
import { backoff, pause } from '../api/backoff.ts';
import type { ApiClient } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import type { PutPart } from './put-part.ts';
import { transferParts } from './transfer-parts.ts';

export type Upload = z.infer<typeof Upload>;

export interface UploadProgress {
  readonly step: 'reading' | 'sending' | 'completing';
  /** Bytes of this step. */
  readonly bytes: number;
}

export interface UploadParts {
  readonly client: ApiClient;
  readonly hash: (file: Blob, onProgress: (bytes: number) => void, signal: AbortSignal) => Promise<string>;
  readonly put: PutPart;
  readonly onProgress: (progress: UploadProgress) => void;
  readonly signal: AbortSignal;
}

const COMPLETE_TRIES = 6;

/**
 * Brings `file` into the store as a new model of the project, or a new version of `modelId`; processing goes on after it.
 * When it fails or is aborted, the server is told to forget the parts.
 */
export async function uploadModel(file: File, projectId: string, parts: UploadParts, modelId?: string): Promise<Upload> {
  const { client, hash, put, onProgress, signal } = parts;
  if (file.size > MAX_UPLOAD_BYTES) throw new Error(`${file.name} is larger than 100 MB; nothing was uploaded.`);
  if (file.size === 0) throw new Error(`${file.name} is empty; nothing was uploaded.`);
  const sha256 = await hash(
    file,
    (bytes) => {
      onProgress({ step: 'reading', bytes });
    },
    signal,
  );
  const request = NewUpload.parse({ clientUploadId: crypto.randomUUID(), fileName: file.name, size: file.size, sha256, modelId });
  const upload = await client.post(`/projects/${projectId}/uploads`, request, Upload, { signal });
  try {
    const stored = await transferParts({
      file,
      partSize: upload.partSize,
      sign: async (wanted) => {
        const { urls } = await client.post(`/uploads/${upload.id}/sign`, { parts: wanted }, SignedParts, { signal });
        return new Map(urls.map(({ part, url }) => [part, url]));
      },
      put,
      onProgress: (bytes) => {
        onProgress({ step: 'sending', bytes });
      },
      signal,
    });
    onProgress({ step: 'completing', bytes: file.size });
    return await complete(client, upload, stored, signal);
  } catch (error) {
    // What failed is the news; parts that stay behind are swept by the server.
    await client.delete(`/uploads/${upload.id}`).catch(() => undefined);
    throw error;
  }
}

/** Completing may be repeated for ever, with the fence of the upload as it is now. */
async function complete(
  client: ApiClient,
  upload: Upload,
  parts: z.infer<typeof CompleteUpload>['parts'],
  signal: AbortSignal,
): Promise<Upload> {
  let { fence } = upload;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await client.post(`/uploads/${upload.id}/complete`, CompleteUpload.parse({ fence, parts }), Upload, { signal });
    } catch (error) {
      const passing = error instanceof ApiError && (error.status === 409 || error.status >= 500);
      if (!passing || attempt + 1 === COMPLETE_TRIES) throw error;
      await pause(backoff(attempt), signal);
      const now = await client.get(`/uploads/${upload.id}`, Upload, { signal });
      if (now.status !== 'open' && now.status !== 'completing') return now;
      fence = now.fence;
    }
  }
}
