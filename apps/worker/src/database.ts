import { setTimeout as delay } from 'node:timers/promises';
import { RELEASE } from '@devplatform/contracts';
import { assertNotFenced, FencedError } from '@devplatform/runtime/database';
import type { Logger } from '@devplatform/runtime/telemetry';
import type { DataSource } from 'typeorm';

/**
 * Connects to the database at `url`, and tries again every second while PostgreSQL is away; meanwhile the health check says so. Throws FencedError
 * where the database has gone past this release.
 */
export async function reachDatabase(database: DataSource, url: string, logger: Logger): Promise<void> {
  for (let attempt = 1; !database.isInitialized; attempt += 1) {
    try {
      await assertNotFenced(url, RELEASE);
      await database.initialize();
    } catch (error) {
      if (error instanceof FencedError) throw error;
      if (attempt === 1) logger.warn({ err: error }, 'PostgreSQL is away; no job is taken before it answers');
      await delay(1000);
    }
  }
}
