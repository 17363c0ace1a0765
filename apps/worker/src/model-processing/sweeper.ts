import { JOB_CONTRACTS, modelQueue } from '@devplatform/contracts';
import { JOB_OPTIONS, modelJobFor, WORKER_OPTIONS } from '@devplatform/runtime/queue';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Queue, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { Rejection } from './rejection.ts';
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
 * Closes the gap between a committed task and its job: whoever died between the two, lost Redis since or spoilt the job, every
 * unfinished task of a contract that this release knows gets its job. Its id is the task's, so adding it twice adds it once.
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
    for (const task of tasks) {
      await this.#reconcile(task).catch((error: unknown) => {
        this.#options.logger.warn({ err: error, task: task.taskId }, 'a task was not looked after, the others are');
      });
    }
  }

  async #reconcile(task: UnfinishedTask): Promise<void> {
    const queue = this.#queues.get(task.contract);
    const payload = payloadOf(task);
    if (typeof payload === 'string') {
      await this.#options.tasks.fail({ taskId: task.taskId, retries: 0 }, `unknown-payload: ${payload}`);
      return;
    }
    const job = await queue?.add('model', payload, { ...JOB_OPTIONS, jobId: task.taskId });
    if (await job?.isFailed()) {
      // Every attempt was used up, or its worker was killed too often: nobody else will say so.
      const failed = await queue?.getJob(task.taskId);
      const ending = { taskId: task.taskId, retries: Math.max(0, (failed?.attemptsMade ?? 1) - 1) };
      await this.#options.tasks.fail(ending, failed === undefined ? 'failed' : reasonOf(failed));
      return;
    }
    await this.#options.database.query(`UPDATE processing_task SET status = 'queued' WHERE id = $1 AND status = 'pending'`, [task.taskId]);
  }
}

/** Why not, where the rows say what no contract can: that will not change. */
function payloadOf(task: UnfinishedTask): object | string {
  try {
    return modelJobFor(task, task.contract);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** BullMQ's own words for a job that kills its workers say nothing to the person who uploaded the model. */
function reasonOf({ stalledCounter, failedReason }: Job): string {
  if (stalledCounter <= WORKER_OPTIONS.maxStalledCount) return failedReason;
  return String(new Rejection('kills-worker', `The process that worked on the model was killed ${stalledCounter} times.`));
}
