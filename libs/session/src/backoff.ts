const FIRST_MS = 1500;
const LEAST_MS = 1000;
const MOST_MS = 5000;

/**
 * Milliseconds before the next try, with full jitter. Only at the first one (`troubleMs` 0) do all who lost their connection together
 * start at the same moment, so it is spread the widest; who waits for a server that restarts then tries again soon, within half of the
 * time that the trouble has lasted (1 s at least, 5 s at most).
 */
export function backoff(troubleMs: number, random: () => number): number {
  const window = troubleMs === 0 ? FIRST_MS : Math.min(MOST_MS, Math.max(LEAST_MS, troubleMs / 2));
  return random() * window;
}
