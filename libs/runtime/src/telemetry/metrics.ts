import { RELEASE } from '@devplatform/contracts';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry whose every series carries slot and release, with the process's own metrics in it. */
export function createMetrics(slot: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ slot, release: RELEASE });
  collectDefaultMetrics({ register: registry });
  return registry;
}
