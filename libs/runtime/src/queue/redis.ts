import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../telemetry/index.ts';

/**
 * A connection whose errors are logged and never thrown into the process: it reconnects for ever, at most every 2 s.
 * `purpose` `queue` waits for the server (BullMQ's rule, maxRetriesPerRequest null); `hint` fails at once while it is away.
 */
export function connectRedis(url: string, purpose: 'queue' | 'hint', logger: Logger): Redis {
  const options: RedisOptions =
    purpose === 'queue' ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 0, enableOfflineQueue: false };
  const redis = new Redis(url, { ...options, retryStrategy: (attempt) => Math.min(attempt * 100, 2000), connectTimeout: 5000 });
  let told = false;
  redis.on('error', (error: Error) => {
    if (!told) logger.warn({ err: error, purpose }, 'redis is away');
    told = true;
  });
  redis.on('ready', () => {
    if (told) logger.info({ purpose }, 'redis is back');
    told = false;
  });
  return redis;
}
