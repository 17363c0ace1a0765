import {
  MODEL_JOB,
  MODEL_JOB_DEFAULTS,
  ModelResult,
  RELEASE,
  SINCE_1_3,
  type Checkpoint,
  type ModelJobV1,
  type Slot,
} from '@devplatform/contracts';
import type { Logger } from '@devplatform/runtime/telemetry';
import { UnrecoverableError, type Job } from 'bullmq';
import type { JobHandler } from '../consumer.ts';
import { readPayload, Unreadable } from '../payload.ts';
import type { ModelThreads } from './model-threads.ts';
import { Rejection } from './rejection.ts';
import type { TaskRecord } from './task-record.ts';
import type { ModelOptions } from './thread/messages.ts';
import { nextStep } from './thread/plan.ts';

export interface ModelJobParts {
  readonly threads: ModelThreads;
  readonly tasks: TaskRecord;
  readonly slot: Slot;
  readonly logger: Logger;
}

/** Handles jobs of one contract version: one effect each, however often it is run, and no completed step twice. */
export function modelJobHandler(contract: number, { threads, tasks, slot, logger }: ModelJobParts): JobHandler {
  return async (job, signal) => {
    const { task, options } = readModelJob(job, contract);
    const { taskId, objectKey, sha256 } = task;
    const claim = await tasks.claim(taskId);
    if (claim.state === 'unknown') throw new Unreadable(`unknown-task: there is no task ${taskId}`);
    if (claim.state === 'closed') throw new UnrecoverableError(`task-closed: there is nothing left to do for task ${taskId}`);
    if (claim.state === 'done') return claim.result;
    const ending = { taskId, retries: job.attemptsMade };
    let recorded = Promise.resolve();
    const onCheckpoint = (checkpoint: Checkpoint): void => {
      const record = (): Promise<void> => tasks.advance(taskId, percentOf(checkpoint), nextStep(checkpoint), checkpoint);
      // In order, and without keeping the thread waiting. What is not recorded is done again by whoever goes on.
      recorded = recorded.then(record).catch((error: unknown) => {
        logger.warn({ err: error, job: job.id }, 'a checkpoint was not recorded');
      });
    };
    const onStartOver = (reason: string): void => {
      logger.warn({ job: job.id, reason }, 'the model is started over');
    };
    try {
      const work = { source: { objectKey, sha256 }, options, slot, checkpoint: claim.checkpoint };
      const model = await threads.process(work, { onCheckpoint, onStartOver }, signal).finally(() => recorded);
      const result = ModelResult.parse({ release: RELEASE, slot, contract, ...model });
      await tasks.finish(ending, result);
      return result;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      await tasks.fail(ending, String(error));
      throw new UnrecoverableError(String(error));
    }
  };
}

/** Percent that is done; the rest is what the levels of detail take, in equal shares. */
function percentOf({ recipe, optimised, thumbnail, levels }: Checkpoint): number {
  if (optimised === null) return 30;
  if (thumbnail === null) return 60;
  return 70 + Math.floor((30 * levels.length) / (recipe.levels.length + 1));
}

function readModelJob(job: Job, contract: number): { readonly task: ModelJobV1; readonly options: ModelOptions } {
  if (SINCE_1_3 && contract === 2) {
    const { levels, thumbnail, ...task } = readPayload(MODEL_JOB[2], job);
    return { task, options: { levels, thumbnail } };
  }
  return { task: readPayload(MODEL_JOB[1], job), options: MODEL_JOB_DEFAULTS };
}
