import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { type Job, type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { LOGGER, REDIS } from '../tokens.ts';

/** Milliseconds that adding may take before it counts as failed. */
const BOUND_MS = 2000;

/** BullMQ queues by name, opened when they are first used; nothing here waits for a Redis that is away. */
@Injectable()
export class Queues {
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #open = new Map<string, Queue>();

  constructor(@Inject(REDIS) redis: Redis, @Inject(LOGGER) logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  async add(queue: string, name: string, data: object, options: JobsOptions): Promise<void> {
    await bounded(this.#queue(queue).add(name, data, options));
  }

  async find(queue: string, id: string): Promise<Job | undefined> {
    return bounded(this.#queue(queue).getJob(id));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((queue) => queue.close()));
  }

  #queue(name: string): Queue {
    let queue = this.#open.get(name);
    if (queue === undefined) {
      queue = new Queue(name, { connection: this.#redis });
      queue.on('error', (error) => {
        this.#logger.debug({ err: error, queue: name }, 'queue');
      });
      this.#open.set(name, queue);
    }
    return queue;
  }
}

async function bounded<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const bound = delay(BOUND_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Redis did not answer within ${BOUND_MS} ms`);
  });
  try {
    return await Promise.race([work, bound]);
  } finally {
    timer.abort();
    bound.catch(() => undefined);
  }
}
