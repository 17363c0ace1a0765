import type { Logger } from '@devplatform/runtime/telemetry';
import type { LoggerService } from '@nestjs/common';

/** NestJS's own messages in our log; its start-up chatter only at debug. */
export const nestLogger = (logger: Logger): LoggerService => ({
  log: (message: unknown, context?: unknown) => {
    logger.debug({ context }, String(message));
  },
  warn: (message: unknown, context?: unknown) => {
    logger.warn({ context }, String(message));
  },
  error: (message: unknown, stack?: unknown, context?: unknown) => {
    logger.error({ context, stack }, String(message));
  },
});
