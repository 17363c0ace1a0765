import { createSHA256 } from 'hash-wasm';
import { planParts } from './plan.ts';

export interface FileHash {
  /** Of the whole file, in hex. */
  readonly sha256: string;
  /** Of each part, in base64, as S3 compares it. */
  readonly parts: readonly string[];
}

/** Reads the file once, a part at a time, for all of its hashes; `onProgress` gets the bytes read so far. */
export async function hashFile(file: Blob, partSize: number, onProgress: (bytes: number) => void): Promise<FileHash> {
  const [whole, one] = await Promise.all([createSHA256(), createSHA256()]);
  whole.init();
  const parts: string[] = [];
  for (const { start, end } of planParts(file.size, partSize)) {
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    whole.update(bytes);
    parts.push(base64(one.init().update(bytes).digest('binary')));
    onProgress(end);
  }
  return { sha256: whole.digest('hex'), parts };
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
