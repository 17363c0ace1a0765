import { RELEASE, SET_ASIDE_QUEUE, SetAsideJob, type SetAsideJobs, type Slot } from '@devplatform/contracts';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Queue, type Job } from 'bullmq';
import type { Redis } from 'ioredis';

export interface SetAsideOptions {
  readonly slot: Slot;
  readonly redis: Redis;
  readonly logger: Logger;
}

/** How many of the latest are named. */
const NAMED = 100;

/** Jobs that nobody could read, kept in a queue that nobody consumes, as they came. */
export class SetAside {
  readonly #options: SetAsideOptions;
  readonly #queue: Queue;
  #count = 0;

  constructor(options: SetAsideOptions) {
    this.#options = options;
    this.#queue = new Queue(SET_ASIDE_QUEUE, { connection: options.redis });
    this.#queue.on('error', (error) => {
      options.logger.warn({ err: error }, 'queue error');
    });
  }

  /** Set aside by this process. */
  get count(): number {
    return this.#count;
  }

  /** Keeps a copy; repeating it for the same job, as after a crash, keeps one. */
  async keep(job: Job, reason: string): Promise<void> {
    const { slot, logger } = this.#options;
    const { queueName: queue, name, timestamp, id = '' } = job;
    const kept: SetAsideJob = { queue, id, name, data: job.data, reason, release: RELEASE, slot, at: new Date().toISOString() };
    // A job that is made anew under the same id is another job. BullMQ allows no `:` here, and ids of schedulers have some.
    await this.#queue.add(name, kept, { jobId: [queue, id, timestamp].join('/').replaceAll(':', '.') });
    this.#count += 1;
    logger.warn({ queue, job: id, reason }, 'job set aside');
  }

  /** Throws while Redis is away. */
  async list(): Promise<SetAsideJobs> {
    if (this.#options.redis.status !== 'ready') throw new Error('Redis is away, and what is set aside is there');
    const jobs = await this.#queue.getJobs(['waiting'], 0, NAMED - 1);
    return { total: await this.#queue.getWaitingCount(), jobs: jobs.map(({ data }) => SetAsideJob.parse(data)) };
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}
