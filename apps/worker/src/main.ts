import { extname } from 'node:path';
import { parseConfig, WorkerConfig } from '@devplatform/runtime/config';
import { Lifecycle } from '@devplatform/runtime/lifecycle';
import { createLogger } from '@devplatform/runtime/telemetry';
import { startWorker } from './compose.ts';

/** Beside this file, built or not. */
const THREAD = new URL(`./model-thread${extname(import.meta.filename)}`, import.meta.url);

async function main(): Promise<void> {
  const config = parseConfig(WorkerConfig);
  const logger = createLogger({ service: 'worker', slot: config.SLOT, level: config.LOG_LEVEL });
  const lifecycle = new Lifecycle(logger).onSignals();
  const { controlPort, work } = await startWorker(config, THREAD, lifecycle, logger);
  logger.info({ controlPort, ...work.status() }, 'worker is ready');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
