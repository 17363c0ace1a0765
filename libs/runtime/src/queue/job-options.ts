import type { JobsOptions } from 'bullmq';

/** Attempts with exponential back-off from 1 s; finished jobs are kept for a day so that a ledger can name them. */
export const JOB_OPTIONS: JobsOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: { age: 24 * 3600, count: 10_000 },
  removeOnFail: { age: 7 * 24 * 3600 },
};

/** A killed worker's job is taken by another after at most 10 s, and two kills do not use it up. */
export const WORKER_OPTIONS = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 5 } as const;
