import type { Control } from './control.ts';

const CONSUMER = 'apps/worker/src/consumer.ts';
const MODEL_JOB = 'apps/worker/src/model-processing/model-job.ts';
const TASK_RECORD = 'apps/worker/src/model-processing/task-record.ts';
const SWEEPER = 'apps/worker/src/model-processing/sweeper.ts';
const MOVING = 'apps/worker/src/moving.spec.ts';

export const jobsControls: readonly Control[] = [
  {
    rule: 'JOB-1',
    control: 'a task that is done is done again whenever its job is',
    edits: [
      {
        file: TASK_RECORD,
        find: `WHERE id = $1 AND status NOT IN ('done', 'failed') RETURNING checkpoint`,
        replace: 'WHERE id = $1 RETURNING checkpoint',
      },
    ],
    test: 'apps/worker/src/worker.spec.ts',
  },
  {
    rule: 'JOB-2',
    control: "BullMQ's default: a job whose worker was killed twice has failed",
    edits: [{ file: 'libs/runtime/src/queue/job-options.ts', find: 'maxStalledCount: 5', replace: 'maxStalledCount: 1' }],
    test: MOVING,
  },
  {
    rule: 'JOB-3',
    control: 'whoever takes a moved job begins at its first step',
    edits: [{ file: MODEL_JOB, find: 'checkpoint: claim.checkpoint }', replace: 'checkpoint: null }' }],
    test: MOVING,
  },
  {
    rule: 'JOB-3',
    control: 'a job that is moved counts as failed, so an attempt is used up',
    edits: [{ file: CONSUMER, find: `  if (signal.aborted) return 'moved';\n`, replace: '' }],
    test: MOVING,
  },
  {
    rule: 'JOB-3',
    control: 'a checkpoint is gone on with whatever it was made of and by',
    edits: [
      {
        file: 'apps/worker/src/model-processing/thread/resume.ts',
        find: `if (!isDeepStrictEqual(checkpoint.recipe, recipe)) return 'the checkpoint is of another recipe';`,
        replace: '',
      },
    ],
    test: 'apps/worker/src/model-processing/model-threads.spec.ts',
  },
  {
    rule: 'JOB-4',
    control: 'a producer emits the highest version that it knows itself',
    edits: [
      {
        file: 'libs/contracts/src/jobs.ts',
        find: 'const highest = (common.length > 0 ? common : own).at(-1);',
        replace: 'const highest = own.at(-1) ?? common.at(-1);',
      },
    ],
    test: 'libs/contracts/src/jobs.spec.ts',
  },
  {
    rule: 'JOB-5',
    control: 'a pause only stops the sweeper; workers go on until the process ends',
    edits: [{ file: 'apps/worker/src/work.ts', find: '    for (const consumer of this.#parts.consumers) consumer.stop();\n', replace: '' }],
    test: MOVING,
  },
  {
    rule: 'JOB-5',
    control: 'a pause is that of the queue, for both slots',
    edits: [
      { file: CONSUMER, find: 'WaitingError, Worker, type Job }', replace: 'Queue, WaitingError, Worker, type Job }' },
      {
        file: CONSUMER,
        find: '    this.#worker = null;\n',
        replace: '    this.#worker = null;\n    void new Queue(this.#options.queue, { connection: this.#options.redis }).pause();\n',
      },
    ],
    test: MOVING,
  },
  {
    rule: 'JOB-6',
    control: 'only tasks that were never enqueued get a job',
    edits: [{ file: SWEEPER, find: `t.status IN ('pending', 'queued', 'running')`, replace: `t.status = 'pending'` }],
    test: MOVING,
  },
  {
    rule: 'JOB-7',
    control: 'each process has a schedule of its own',
    edits: [
      {
        file: 'apps/worker/src/scene-compaction/compaction.ts',
        find: `upsertJobScheduler('find-scenes', `,
        replace: 'upsertJobScheduler(`find-scenes-${process.pid}`, ',
      },
    ],
    test: 'apps/worker/src/scene-compaction/schedule.spec.ts',
  },
  {
    rule: 'JOB-8',
    control: 'a job that nobody can read fails like any other',
    edits: [{ file: CONSUMER, find: `  if (error instanceof Unreadable) return 'set-aside';\n`, replace: '' }],
    test: 'apps/worker/src/set-aside.spec.ts',
  },
];
