import { RELEASE } from '@devplatform/contracts';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { criticalErrorsOf, type Logger } from './logger.ts';

/**
 * A registry whose every series carries slot and release, with the process's own metrics in it, and with what `logger` wrote of
 * level error and fatal.
 */
export function createMetrics(slot: string, logger?: Logger): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ slot, release: RELEASE });
  collectDefaultMetrics({ register: registry });
  if (logger !== undefined) criticalErrorsOf(logger)?.register(registry);
  return registry;
}
