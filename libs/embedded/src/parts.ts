import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { startPostgres } from './postgres.ts';
import { stopProcess } from './process.ts';
import { startRedis } from './redis.ts';
import { startS3, type S3Access } from './s3.ts';

export interface Parts {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly s3: S3Access;
}

/**
 * What both slots share, as detached processes with their data in `dir`; running ones are found again, and ports and
 * data survive a restart. DATABASE_URL, REDIS_URL and S3_ENDPOINT (with S3_REGION, S3_BUCKET, S3_ACCESS_KEY,
 * S3_SECRET_KEY) replace them one by one.
 */
export async function startParts(dir: string, env: NodeJS.ProcessEnv = process.env): Promise<Parts> {
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  const [databaseUrl, redisUrl, s3] = await Promise.all([
    env.DATABASE_URL ?? startPostgres(folder),
    env.REDIS_URL ?? startRedis(folder),
    externalS3(env) ?? startS3(folder),
  ]);
  return { databaseUrl, redisUrl, s3 };
}

/** Ends what `startParts` started in `dir`, by the ids that were recorded; returns the names. */
export async function stopParts(dir: string): Promise<readonly string[]> {
  const folder = resolve(dir);
  const stopped: string[] = [];
  for (const name of ['s3', 'redis', 'postgres'] as const) if (await stopPart(folder, name)) stopped.push(name);
  return stopped;
}

/** Ends one of them; false where it was not running. */
export function stopPart(dir: string, name: 's3' | 'redis' | 'postgres'): Promise<boolean> {
  // At SIGTERM PostgreSQL waits until every client has gone; at SIGINT it rolls back, disconnects them and ends.
  return stopProcess(resolve(dir), name, { graceMs: 20_000, signal: name === 'postgres' ? 'SIGINT' : 'SIGTERM' });
}

function externalS3(env: NodeJS.ProcessEnv): S3Access | undefined {
  if (env.S3_ENDPOINT === undefined) return undefined;
  const { S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey } = env;
  if (accessKey === undefined || secretKey === undefined)
    throw new Error('S3_ENDPOINT is set, so S3_ACCESS_KEY and S3_SECRET_KEY must be set too.');
  return { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? 'us-east-1', bucket: env.S3_BUCKET ?? 'devplatform', accessKey, secretKey };
}
