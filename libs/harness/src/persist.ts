import { until } from '@devplatform/embedded';
import { ApiError } from './platform.ts';

/** Milliseconds that somebody tries for. */
export const PERSISTENCE_MS = 60_000;
const PAUSE_MS = 250;

/** Again until it works, as the page does; what the platform refuses is final. `again` is called for each try that failed. */
export async function persist<T>(what: string, again: () => void, attempt: () => Promise<T>): Promise<T> {
  const outcome = await until(
    async () => {
      try {
        return { value: await attempt() };
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) return { refusal: error };
        again();
        throw error;
      }
    },
    { what, deadlineMs: PERSISTENCE_MS, everyMs: PAUSE_MS },
  );
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.value;
}
