import { MODEL_JOB, MODEL_JOB_DEFAULTS, type ModelJobV1, type ModelJobV2 } from '@devplatform/contracts';

/** What a task row and its model version say about the job. */
export interface ModelTask {
  readonly taskId: string;
  readonly modelVersionId: string;
  readonly objectKey: string;
  readonly sha256: string;
}

/** The job's payload in the contract version that was negotiated when the task was created. */
export function modelJobFor(task: ModelTask, contract: number): ModelJobV1 | ModelJobV2 {
  const { taskId, modelVersionId, objectKey, sha256 } = task;
  const v1 = { taskId, modelVersionId, objectKey, sha256 };
  switch (contract) {
    case 1:
      return MODEL_JOB[1].parse(v1);
    case 2:
      return MODEL_JOB[2].parse({ ...v1, levels: [...MODEL_JOB_DEFAULTS.levels], thumbnail: MODEL_JOB_DEFAULTS.thumbnail });
    default:
      throw new Error(`this release does not know contract ${contract} of model-processing`);
  }
}
