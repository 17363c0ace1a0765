import type { Judge, Measure, Watched } from '@devplatform/rollout-engine';
import { cpu } from './cpu.ts';
import { disconnects } from './disconnects.ts';
import { failedJobs } from './failed-jobs.ts';
import { health } from './health.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { memory } from './memory.ts';
import { newErrors } from './new-errors.ts';
import { p95 } from './p95.ts';
import { restarts } from './restarts.ts';
import { serverErrors } from './server-errors.ts';
import { upgrades } from './upgrades.ts';

const MEASURES: readonly ((watched: Watched, limits: Limits) => Measure)[] = [
  ...[serverErrors, p95, upgrades, disconnects],
  ...[failedJobs, memory, cpu, restarts, health, newErrors],
];

/** Judges a release that serves users; the same measures in the same order at every sample. */
export const judge =
  (limits: Limits = DEFAULT_LIMITS): Judge =>
  (watched) =>
    MEASURES.map((measure) => measure(watched, limits));
