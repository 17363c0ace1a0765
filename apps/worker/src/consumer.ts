import { WORKER_OPTIONS } from '@devplatform/runtime/queue';
import type { Logger } from '@devplatform/runtime/telemetry';
import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobMetrics } from './job-metrics.ts';
import { isOutage } from './outage.ts';

/** Does the work of one job; returns its result. An UnrecoverableError is final, other errors use up an attempt. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<unknown>;

export interface ConsumerOptions {
  readonly queue: string;
  readonly handle: JobHandler;
  readonly concurrency: number;
  readonly redis: Redis;
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

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  /** Jobs that are running here now, also those of a stopped worker. */
  get active(): number {
    return this.#active;
  }

  /** May be repeated. */
  start(): void {
    const { queue, redis, concurrency, logger } = this.#options;
    this.#worker ??= new Worker(queue, (job, token, signal) => this.#run(job, token, signal), {
      ...WORKER_OPTIONS,
      connection: redis,
      concurrency,
    }).on('error', (error) => {
      logger.warn({ err: error, queue }, 'queue error');
    });
  }

  /** No job is taken after this; running ones go on. May be repeated, and followed by start. */
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

  /** Stops, waits for running jobs at most `graceMs`, then hands those that are left back to their queue for the other slot. */
  async close(graceMs: number): Promise<void> {
    this.stop();
    const handBack = setTimeout(() => {
      for (const worker of this.#finishing.keys()) worker.cancelAllJobs('the worker is stopping');
    }, graceMs);
    await Promise.all(this.#finishing.values());
    clearTimeout(handBack);
  }

  async #run(job: Job, token = '', signal = new AbortController().signal): Promise<unknown> {
    const { queue, handle, metrics, logger } = this.#options;
    const finished = metrics.started(queue);
    this.#active += 1;
    try {
      const result = await handle(job, signal);
      finished('done');
      return result;
    } catch (error) {
      if (signal.aborted) {
        finished('moved');
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (isOutage(error)) {
        finished('postponed');
        logger.warn({ err: error, queue, job: job.id }, 'job postponed');
        await job.moveToDelayed(Date.now() + OUTAGE_DELAY_MS, token);
        throw new DelayedError();
      }
      finished(error instanceof UnrecoverableError ? 'rejected' : 'failed');
      logger.warn({ err: error, queue, job: job.id, attempt: job.attemptsMade + 1 }, 'job failed');
      throw error;
    } finally {
      this.#active -= 1;
    }
  }
}
