import { COMPACTION_QUEUE, CompactionJob } from '@devplatform/contracts';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import type { JobHandler } from '../consumer.ts';
import { readPayload } from '../payload.ts';
import { compactScene, scenesToCompact } from './compact-scene.ts';

const FIND = 'find';
const EVERY_MS = 60_000;
const UPDATES = 500;

/** Every minute, one worker of the running slot looks for scenes with many updates and adds a job for each. */
export class Compaction {
  readonly #database: DataSource;
  readonly #queue: Queue;
  readonly #logger: Logger;

  constructor(database: DataSource, redis: Redis, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#queue = new Queue(COMPACTION_QUEUE, { connection: redis });
    this.#queue.on('error', (error) => {
      logger.warn({ err: error }, 'queue error');
    });
  }

  /** May be repeated, by both slots: there is one schedule, in Redis; while that is away, this waits for it. */
  schedule(): void {
    const template = { name: FIND, opts: { removeOnComplete: true, removeOnFail: true } };
    this.#queue.upsertJobScheduler('find-scenes', { every: EVERY_MS }, template).catch((error: unknown) => {
      this.#logger.error({ err: error }, 'compaction is not scheduled');
    });
  }

  readonly handle: JobHandler = async (job) => {
    if (job.name !== FIND) return { seq: await compactScene(this.#database, readPayload(CompactionJob, job).sceneId) };
    const scenes = await scenesToCompact(this.#database, UPDATES);
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
    await this.#queue.close();
  }
}
