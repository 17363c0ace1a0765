import type { FileHash } from './hash-file.ts';
import type { HashMessage } from './hash-worker.ts';

/** `hashFile` beside the page, which stays responsive. */
export function hashInWorker(file: Blob, onProgress: (bytes: number) => void, signal: AbortSignal): Promise<FileHash> {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' });
  const result = new Promise<FileHash>((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    worker.addEventListener('error', () => {
      reject(new Error('The file could not be read in this browser. Nothing was uploaded.'));
    });
    worker.addEventListener('message', ({ data }: MessageEvent<HashMessage>) => {
      if ('bytes' in data) onProgress(data.bytes);
      else if ('hash' in data) resolve(data.hash);
      else reject(new Error(`The file could not be read: ${data.failed}. Nothing was uploaded.`));
    });
    worker.postMessage(file);
  });
  return result.finally(() => {
    worker.terminate();
  });
}
