import { MODEL_JOB, MODEL_JOB_DEFAULTS, ModelResult, RELEASE, SINCE_1_3, type ModelJobV1, type Slot } from '@devplatform/contracts';
import type { Logger } from '@devplatform/runtime/telemetry';
import { UnrecoverableError, type Job } from 'bullmq';
import type { JobHandler } from '../consumer.ts';
import { readPayload } from '../payload.ts';
import type { ModelThreads } from './model-threads.ts';
import { Rejection } from './rejection.ts';
import type { TaskRecord } from './task-record.ts';
import type { ModelOptions, Step } from './thread/messages.ts';

/** Percent that is done when a step begins. */
const PROGRESS: Readonly<Record<Step, number>> = { read: 5, validate: 15, inspect: 25, optimise: 35, thumbnail: 60, levels: 70 };

export interface ModelJobParts {
  readonly threads: ModelThreads;
  readonly tasks: TaskRecord;
  readonly slot: Slot;
  readonly logger: Logger;
}

/** Handles jobs of one contract version: one effect each, however often it is run. */
export function modelJobHandler(contract: number, { threads, tasks, slot, logger }: ModelJobParts): JobHandler {
  return async (job, signal) => {
    const { task, options } = readModelJob(job, contract);
    const claim = await tasks.claim(task.taskId);
    if (claim === null) throw new UnrecoverableError(`task-closed: there is nothing left to do for task ${task.taskId}`);
    if (claim !== 'claimed') return claim;
    const onStep = (step: Step): void => {
      Promise.all([job.updateProgress(PROGRESS[step]), tasks.progress(task.taskId, PROGRESS[step], step)]).catch((error: unknown) => {
        logger.warn({ err: error, job: job.id, step }, 'progress was not recorded');
      });
    };
    try {
      const processed = await threads.process(task, options, onStep, signal);
      const result = ModelResult.parse({ release: RELEASE, slot, contract, ...processed });
      await tasks.finish(task.taskId, result);
      return result;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      await tasks.fail(task.taskId, String(error));
      throw new UnrecoverableError(String(error));
    }
  };
}

function readModelJob(job: Job, contract: number): { readonly task: ModelJobV1; readonly options: ModelOptions } {
  if (SINCE_1_3 && contract === 2) {
    const { levels, thumbnail, ...task } = readPayload(MODEL_JOB[2], job);
    return { task, options: { levels, thumbnail } };
  }
  return { task: readPayload(MODEL_JOB[1], job), options: MODEL_JOB_DEFAULTS };
}
