export { JOB_OPTIONS, WORKER_OPTIONS } from './job-options.ts';
export { modelJobFor, type ModelTask } from './model-job.ts';
export { connectRedis } from './redis.ts';
