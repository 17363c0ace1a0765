const FIRST_MS = 100;
const CAP_MS = 2000;

/** Milliseconds before try number `attempt` (from 0): full jitter, so that a crash of a slot makes no herd. */
export const backoff = (attempt: number, random: () => number): number => random() * Math.min(CAP_MS, FIRST_MS * 2 ** attempt);
