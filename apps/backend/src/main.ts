import { BackendConfig, ConfigError, parseConfig } from '@devplatform/runtime/config';
import { createLogger } from '@devplatform/runtime/telemetry';
import { startBackend } from './backend.ts';

try {
  const config = parseConfig(BackendConfig);
  const logger = createLogger({ service: 'backend', slot: config.SLOT, level: config.LOG_LEVEL });
  const { url, internalUrl, lifecycle, refused } = await startBackend(config, logger);
  lifecycle.onSignals();
  void refused.then((error) => {
    console.error(error.message);
    process.exit(1);
  });
  logger.info({ url, internalUrl, startMs: Math.round(performance.now()) }, 'listening');
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (error instanceof ConfigError) console.error(error.message);
  else if (taken) console.error(`${error.message}. Nothing was started; free the port or choose another with PORT and INTERNAL_PORT.`);
  else console.error(error);
  process.exit(1);
}
