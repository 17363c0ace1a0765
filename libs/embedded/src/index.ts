export {
  findProcess,
  isAlive,
  readRecord,
  startProcess,
  startTimeOf,
  stopProcess,
  type ProcessRecord,
  type ProcessSpec,
} from './process.ts';
export { choosePort } from './port.ts';
export { startParts, stopPart, stopParts, type Parts } from './parts.ts';
export { startPostgres } from './postgres.ts';
export { findRedisServer, startRedis } from './redis.ts';
export { startS3, type S3Access } from './s3.ts';
export { until, type Wait } from './until.ts';
