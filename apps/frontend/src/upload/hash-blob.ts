import { createSHA256 } from 'hash-wasm';
import { planParts } from './plan.ts';

/** Bytes that are in memory at a time. */
const SLICE = 4 * 1024 * 1024;

/** SHA-256 in hex, slice by slice; `onProgress` gets the bytes read so far. */
export async function hashBlob(blob: Blob, onProgress: (bytes: number) => void): Promise<string> {
  const hasher = (await createSHA256()).init();
  for (const { start, end } of planParts(blob.size, SLICE)) {
    hasher.update(new Uint8Array(await blob.slice(start, end).arrayBuffer()));
    onProgress(end);
  }
  return hasher.digest('hex');
}
