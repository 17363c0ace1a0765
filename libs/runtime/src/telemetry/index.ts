export { createLogger, type Logger } from './logger.ts';
export { createMetrics } from './metrics.ts';
