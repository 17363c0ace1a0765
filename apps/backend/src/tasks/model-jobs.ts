import { modelQueue } from '@devplatform/contracts';
import { JOB_OPTIONS, modelJobFor, type ModelTask } from '@devplatform/runtime/queue';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { Queues } from '../queues/queues.ts';
import { LOGGER } from '../tokens.ts';
import { TaskEntity } from './task.entity.ts';

/** Hands tasks that are committed to the workers. */
@Injectable()
export class ModelJobs {
  readonly #queues: Queues;
  readonly #database: Database;
  readonly #logger: Logger;

  constructor(@Inject(Queues) queues: Queues, @Inject(Database) database: Database, @Inject(LOGGER) logger: Logger) {
    this.#queues = queues;
    this.#database = database;
    this.#logger = logger;
  }

  /** The job's id is the task's, so adding it twice adds it once. A failure is no loss: workers look for tasks that stay pending. */
  async enqueue(task: ModelTask, contract: number): Promise<void> {
    try {
      await this.#queues.add(modelQueue(contract), 'model', modelJobFor(task, contract), { ...JOB_OPTIONS, jobId: task.taskId });
      await this.#database.of(TaskEntity).update({ id: task.taskId, status: 'pending' }, { status: 'queued' });
    } catch (error) {
      this.#logger.warn({ err: error, task: task.taskId }, 'the task stays pending until a worker finds it');
    }
  }
}
