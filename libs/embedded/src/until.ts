import { setTimeout as delay } from 'node:timers/promises';

export interface Wait {
  /** What is waited for, as the end of the sentence "waited 10 s for …". */
  readonly what: string;
  /** Milliseconds. */
  readonly deadlineMs: number;
  /** Milliseconds between two looks; default 20. */
  readonly everyMs?: number;
}

/**
 * Waits until `condition` answers something that is neither false, null nor undefined, and returns it. A condition that
 * throws counts as "not yet"; the last error is the cause of the one that is thrown at the deadline. The only place that sleeps.
 */
export async function until<T>(condition: () => T | Promise<T>, wait: Wait): Promise<NonNullable<T>> {
  const start = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() - start > wait.deadlineMs) {
      const reason = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`waited ${String(wait.deadlineMs / 1000)} s for ${wait.what}${reason}`, { cause: last });
    }
    await delay(wait.everyMs ?? 20);
  }
}
