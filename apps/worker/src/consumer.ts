import type { Slot } from '@devplatform/contracts';
import { WORKER_OPTIONS } from '@devplatform/runtime/queue';
import type { Logger } from '@devplatform/runtime/telemetry';
import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobMetrics, JobOutcome } from './job-metrics.ts';
import { isOutage } from './outage.ts';
import { Unreadable } from './payload.ts';
import type { SetAside } from './set-aside.ts';

/**
 * Does the work of one job; returns its result. An UnrecoverableError is final, Unreadable sets the job aside, other errors use up
 * an attempt. Once the signal is aborted it stops where it can be gone on with, and throws.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<unknown>;

export interface ConsumerOptions {
  readonly queue: string;
  readonly slot: Slot;
  readonly handle: JobHandler;
  readonly concurrency: number;
  readonly redis: Redis;
  readonly setAside: SetAside;
  readonly metrics: JobMetrics;
  readonly logger: Logger;
}

/** Milliseconds before a job is tried again whose database or store was away. */
const OUTAGE_DELAY_MS = 2000;

/**
 * Takes jobs from one queue for this process alone, and stops taking them at once when told to: the queue itself is never
 * paused, the other slot goes on. Every start has a BullMQ worker of its own; one that was stopped finishes what it has.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  #worker: Worker | null = null;
  readonly #finishing = new Map<Worker, Promise<void>>();
  #active = 0;
  #moved = 0;

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  /** Jobs that are running here now, also those of a stopped worker. */
  get active(): number {
    return this.#active;
  }

  /** Jobs that were handed back before they were done. */
  get moved(): number {
    return this.#moved;
  }

  /** May be repeated. */
  start(): void {
    if (this.#worker !== null) return;
    const { queue, slot, redis, concurrency, logger } = this.#options;
    const worker: Worker = new Worker(queue, (job, token, signal) => this.#run(worker, job, token, signal), {
      ...WORKER_OPTIONS,
      // Each job says who took it last.
      name: slot,
      connection: redis,
      concurrency,
    });
    worker.on('error', (error) => {
      logger.warn({ err: error, queue }, 'queue error');
    });
    this.#worker = worker;
  }

  /** No job is begun after this; running ones go on. May be repeated, and followed by start. */
  stop(): void {
    const worker = this.#worker;
    if (worker === null) return;
    this.#worker = null;
    // BullMQ would wait for a Redis that is away before it closes.
    const idle = this.#active === 0 && this.#options.redis.status !== 'ready';
    this.#finishing.set(
      worker,
      worker.close(idle).finally(() => this.#finishing.delete(worker)),
    );
  }

  /** Asks the jobs that a stopped worker still runs to stop where they can be gone on with; they go back to their queue. */
  move(): void {
    for (const worker of this.#finishing.keys()) worker.cancelAllJobs('the slot hands its jobs over');
  }

  /** Stops, waits for running jobs at most `graceMs`, then moves those that are left. */
  async close(graceMs: number): Promise<void> {
    this.stop();
    const patience = setTimeout(() => {
      this.move();
    }, graceMs);
    await Promise.all(this.#finishing.values());
    clearTimeout(patience);
  }

  async #run(worker: Worker, job: Job, token = '', signal = new AbortController().signal): Promise<unknown> {
    // It was on its way when the worker was told to stop.
    if (worker !== this.#worker) return handBack(job, token);
    const { queue, handle, metrics } = this.#options;
    const finished = metrics.started(queue);
    this.#active += 1;
    try {
      const result = await handle(job, signal);
      finished('done');
      return result;
    } catch (error) {
      const outcome = outcomeOf(error, signal);
      finished(outcome);
      return await this.#settle(job, token, outcome, error);
    } finally {
      this.#active -= 1;
    }
  }

  /** What becomes of a job that was not done. */
  async #settle(job: Job, token: string, outcome: Undone, error: unknown): Promise<unknown> {
    const { queue, logger, setAside } = this.#options;
    switch (outcome) {
      case 'moved':
        this.#moved += 1;
        return handBack(job, token);
      case 'postponed':
        logger.warn({ err: error, queue, job: job.id }, 'job postponed');
        await job.moveToDelayed(Date.now() + OUTAGE_DELAY_MS, token);
        throw new DelayedError();
      case 'set-aside':
        await setAside.keep(job, (error as Unreadable).message);
        // The copy stands for it; its id is free for one that can be read.
        job.opts.removeOnComplete = true;
        return null;
      case 'rejected':
      case 'failed':
        logger.warn({ err: error, queue, job: job.id, attempt: job.attemptsMade + 1 }, 'job failed');
        throw error;
    }
  }
}

type Undone = Exclude<JobOutcome, 'done'>;

function outcomeOf(error: unknown, signal: AbortSignal): Undone {
  if (error instanceof Unreadable) return 'set-aside';
  if (error instanceof UnrecoverableError) return 'rejected';
  if (signal.aborted) return 'moved';
  return isOutage(error) ? 'postponed' : 'failed';
}

/** To the head of its queue, for the next that asks; no attempt is used up. */
async function handBack(job: Job, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
