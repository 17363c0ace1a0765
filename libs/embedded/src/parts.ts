import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { startPostgres } from './postgres.ts';
import { findProcess, stopProcess } from './process.ts';
import { startRedis } from './redis.ts';
import { startS3, type S3Access } from './s3.ts';

const NAMES = ['s3', 'redis', 'postgres'] as const;

export interface Parts {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly s3: S3Access;
}

/**
 * What both slots share, as detached processes with their data in `dir`; running ones are found again, and ports and
 * data survive a restart; where one cannot be started, none is left that was not there before. DATABASE_URL, REDIS_URL and S3_ENDPOINT (with S3_REGION, S3_BUCKET, S3_ACCESS_KEY,
 * S3_SECRET_KEY) replace them one by one.
 */
export async function startParts(dir: string, env: NodeJS.ProcessEnv = process.env): Promise<Parts> {
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  const before = NAMES.filter((name) => findProcess(folder, name) !== null);
  const external = externalS3(env);
  const starting = [
    env.DATABASE_URL === undefined ? startPostgres(folder) : Promise.resolve(env.DATABASE_URL),
    env.REDIS_URL === undefined ? startRedis(folder) : Promise.resolve(env.REDIS_URL),
    external === undefined ? startS3(folder) : Promise.resolve(external),
  ] as const;
  try {
    const [databaseUrl, redisUrl, s3] = await Promise.all(starting);
    return { databaseUrl, redisUrl, s3 };
  } catch (error) {
    await Promise.allSettled(starting);
    for (const name of NAMES) if (!before.includes(name)) await stopPart(folder, name);
    throw error;
  }
}

/** Ends what `startParts` started in `dir`, by the ids that were recorded; returns the names. */
export async function stopParts(dir: string): Promise<readonly string[]> {
  const folder = resolve(dir);
  const stopped: string[] = [];
  for (const name of NAMES) if (await stopPart(folder, name)) stopped.push(name);
  return stopped;
}

/** Ends one of them; false where it was not running. */
export function stopPart(dir: string, name: (typeof NAMES)[number]): Promise<boolean> {
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
