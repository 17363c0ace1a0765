import { RELEASE } from '@devplatform/contracts';
import { pino, type Logger } from 'pino';
import { CriticalErrors } from './critical-errors.ts';

/** pino's number for the level error; fatal is above it. */
const ERROR = 50;

const counted = new WeakMap<Logger, CriticalErrors>();

/**
 * JSON lines on standard output with release and slot; headers and fields that carry secrets are never written. Lines of level
 * error and fatal, those of its children too, are counted (createMetrics).
 */
export function createLogger(options: { readonly service: string; readonly slot: string; readonly level: string }): Logger {
  const errors = new CriticalErrors();
  const logger = pino({
    level: options.level,
    base: { service: options.service, release: RELEASE, slot: options.slot },
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      logMethod(line, write, level) {
        if (level >= ERROR) errors.count(line);
        write.apply(this, line);
      },
    },
    redact: {
      paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token', 'token', 'password', 'authorization'],
      censor: '[redacted]',
    },
  });
  counted.set(logger, errors);
  return logger;
}

/** undefined for a logger that was not made by createLogger. */
export const criticalErrorsOf = (logger: Logger): CriticalErrors | undefined => counted.get(logger);

export type { Logger };
