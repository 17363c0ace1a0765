/** A start time that is computed from an uptime shakes a little; nobody restarts within a second of the start before. */
const SHAKE_MS = 1_000;

export const timeOf = (at: string | undefined): number => Date.parse(at ?? '');

/** Whether what began at `before` is not what began at `now`. Two unknown starts are taken for one. */
export const isRestart = (before: string | null, now: string | null): boolean =>
  before !== null && now !== null && timeOf(now) - timeOf(before) > SHAKE_MS;
