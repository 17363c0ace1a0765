/** Full jitter: anything from 0 to the doubling bound, at most 10 s. Milliseconds; `attempt` from 0, `random` in [0, 1). */
export const backoff = (attempt: number, random: () => number = Math.random): number => random() * Math.min(10_000, 250 * 2 ** attempt);

/** Rejects with the signal's reason when that comes first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
