import type { Clock } from './clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * For specs: time passes only while everybody sleeps, up to the first who is to be woken, so that minutes cost nothing. It
 * starts at 0.
 */
export function virtualClock(): Clock {
  let now = 0;
  const sleepers = new Set<Sleeper>();
  const wakeFirst = (): void => {
    const [first] = [...sleepers].sort((a, b) => a.at - b.at);
    if (first === undefined) return;
    now = Math.max(now, first.at);
    sleepers.delete(first);
    first.wake();
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          setImmediate(resolve);
          return;
        }
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          if (sleepers.delete(sleeper)) resolve();
        });
        // One sleeper a turn: whoever was woken has begun to sleep again before the next one is.
        setImmediate(wakeFirst);
      }),
  };
}
