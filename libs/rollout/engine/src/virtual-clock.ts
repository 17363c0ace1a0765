import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** For specs: time passes only while somebody sleeps, so that minutes cost nothing. It starts at 0. */
export function virtualClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      await turn();
      if (signal?.aborted !== true) now += ms;
    },
  };
}
