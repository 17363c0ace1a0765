import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@devplatform/runtime/telemetry';
import type { DataSource } from 'typeorm';

/** Connects, and tries again every second while PostgreSQL is away; meanwhile the health check says so. */
export async function reachDatabase(database: DataSource, logger: Logger): Promise<void> {
  for (let attempt = 1; !database.isInitialized; attempt += 1) {
    try {
      await database.initialize();
    } catch (error) {
      if (attempt === 1) logger.warn({ err: error }, 'PostgreSQL is away; no job is taken before it answers');
      await delay(1000);
    }
  }
}
