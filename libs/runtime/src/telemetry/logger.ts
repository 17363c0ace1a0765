import { RELEASE } from '@devplatform/contracts';
import { pino, type Logger } from 'pino';

/** JSON lines on standard output with release and slot; headers and fields that carry secrets are never written. */
export function createLogger(options: { readonly service: string; readonly slot: string; readonly level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service, release: RELEASE, slot: options.slot },
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token', 'token', 'password', 'authorization'],
      censor: '[redacted]',
    },
  });
}
export type { Logger };
