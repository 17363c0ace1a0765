import type { HashMessage } from './hash-worker.ts';

/** `hashBlob` beside the page, which stays responsive. */
export function hashInWorker(file: Blob, onProgress: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' });
  const result = new Promise<string>((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    worker.addEventListener('error', () => {
      reject(new Error('The file could not be read in this browser. Nothing was uploaded.'));
    });
    worker.addEventListener('message', ({ data }: MessageEvent<HashMessage>) => {
      if ('bytes' in data) onProgress(data.bytes);
      else if ('sha256' in data) resolve(data.sha256);
      else reject(new Error(`The file could not be read: ${data.failed}. Nothing was uploaded.`));
    });
    worker.postMessage(file);
  });
  return result.finally(() => {
    worker.terminate();
  });
}
