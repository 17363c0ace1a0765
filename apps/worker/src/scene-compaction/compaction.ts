import { COMPACTION_QUEUE, CompactionJob } from '@devplatform/contracts';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import type { JobHandler } from '../consumer.ts';
import { readPayload } from '../payload.ts';
import { compactScene, scenesToCompact } from './compact-scene.ts';

const FIND = 'find';
const UPDATES = 500;

export interface CompactionOptions {
  readonly database: DataSource;
  readonly redis: Redis;
  readonly logger: Logger;
  /** Milliseconds between two looks for scenes. */
  readonly everyMs: number;
}

/** At each tick, one worker of those that run looks for scenes with many updates and adds a job for each. */
export class Compaction {
  readonly #options: CompactionOptions;
  readonly #queue: Queue;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CompactionOptions) {
    this.#options = options;
    this.#queue = new Queue(COMPACTION_QUEUE, { connection: options.redis });
    this.#queue.on('error', (error) => {
      options.logger.warn({ err: error }, 'queue error');
    });
  }

  /** May be repeated. A Redis that lost the schedule gets it again at the next tick. */
  start(): void {
    this.schedule();
    this.#timer ??= setInterval(() => {
      this.schedule();
    }, this.#options.everyMs);
  }

  /** The schedule stays, for the other slot. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** May be repeated, by both slots: there is one schedule, in Redis; while that is away, this waits for it. */
  schedule(): void {
    const { everyMs, logger } = this.#options;
    const template = { name: FIND, opts: { removeOnComplete: true, removeOnFail: true } };
    this.#queue.upsertJobScheduler('find-scenes', { every: everyMs }, template).catch((error: unknown) => {
      logger.error({ err: error }, 'compaction is not scheduled');
    });
  }

  readonly handle: JobHandler = async (job) => {
    const { database } = this.#options;
    if (job.name !== FIND) return { seq: await compactScene(database, readPayload(CompactionJob, job).sceneId) };
    const scenes = await scenesToCompact(database, UPDATES);
    // Gone when finished, so that the same id can be added again; until then, adding it does nothing.
    await this.#queue.addBulk(
      scenes.map((sceneId) => ({
        name: 'compact',
        data: { sceneId },
        opts: { jobId: `compact-${sceneId}`, removeOnComplete: true, removeOnFail: true },
      })),
    );
    return { scenes: scenes.length };
  };

  async close(): Promise<void> {
    this.stop();
    await this.#queue.close();
  }
}
