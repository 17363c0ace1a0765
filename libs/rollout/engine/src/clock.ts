import { setTimeout as delay } from 'node:timers/promises';

/** The only way in which the engine and the gates know or spend time. */
export interface Clock {
  /** Milliseconds since 1970 that never run backwards within one process. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

export const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString();
