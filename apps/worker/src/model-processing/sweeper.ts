import { JOB_CONTRACTS, modelQueue } from '@devplatform/contracts';
import { JOB_OPTIONS, modelJobFor } from '@devplatform/runtime/queue';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import type { TaskRecord } from './task-record.ts';

interface UnfinishedTask {
  readonly taskId: string;
  readonly contract: number;
  readonly modelVersionId: string;
  readonly objectKey: string;
  readonly sha256: string;
}

export interface SweeperOptions {
  readonly database: DataSource;
  readonly tasks: TaskRecord;
  readonly redis: Redis;
  readonly logger: Logger;
  /** Milliseconds between two rounds; default 3000. */
  readonly everyMs?: number;
}

/**
 * Closes the gap between a committed task and its job: whoever died between the two, or lost Redis since, every unfinished
 * task of a contract that this release knows gets its job. The job id is the task id, so adding it twice adds it once.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #queues: ReadonlyMap<number, Queue>;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#queues = new Map(JOB_CONTRACTS.map((contract) => [contract, new Queue(modelQueue(contract), { connection: options.redis })]));
    for (const queue of this.#queues.values()) {
      queue.on('error', (error) => {
        options.logger.warn({ err: error }, 'queue error');
      });
    }
  }

  /** May be repeated. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.#round ??= this.sweep()
        .catch((error: unknown) => {
          this.#options.logger.warn({ err: error }, 'a sweep failed, the next one follows');
        })
        .finally(() => {
          this.#round = null;
        });
    }, this.#options.everyMs ?? 3000);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async close(): Promise<void> {
    this.stop();
    await this.#round;
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  /** One round. */
  async sweep(): Promise<void> {
    const tasks = await this.#options.database.query<UnfinishedTask[]>(
      `SELECT t.id AS "taskId", t.contract, v.id AS "modelVersionId", v.object_key AS "objectKey", v.sha256
       FROM processing_task t JOIN model_version v ON v.id = t.model_version_id
       WHERE t.status IN ('pending', 'queued', 'running') AND t.created_at < now() - interval '5 seconds' AND t.contract = ANY($1)
       ORDER BY t.status = 'pending' DESC, t.created_at LIMIT 200`,
      [[...this.#queues.keys()]],
    );
    for (const task of tasks) await this.#reconcile(task);
  }

  async #reconcile(task: UnfinishedTask): Promise<void> {
    const queue = this.#queues.get(task.contract);
    const job = await queue?.add('model', modelJobFor(task, task.contract), { ...JOB_OPTIONS, jobId: task.taskId });
    if (await job?.isFailed()) {
      // Every attempt was used up, or its worker was killed too often: nobody else will say so.
      const failed = await queue?.getJob(task.taskId);
      await this.#options.tasks.fail(task.taskId, failed?.failedReason ?? 'failed');
      return;
    }
    await this.#options.database.query(`UPDATE processing_task SET status = 'queued' WHERE id = $1 AND status = 'pending'`, [task.taskId]);
  }
}
