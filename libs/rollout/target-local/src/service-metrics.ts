import { mayReconnect } from '@devplatform/contracts';
import type { InstanceObservation } from '@devplatform/rollout-engine';
import { parsePrometheus, type Sample, type Samples } from './prometheus.ts';

/** What a process says of itself. */
export type Vitals = Pick<InstanceObservation, 'startedAt' | 'memoryBytes' | 'cpuSeconds' | 'sockets' | 'jobs' | 'criticalErrors'>;

export const NO_VITALS: Vitals = { startedAt: null, memoryBytes: null, cpuSeconds: null, sockets: null, jobs: null, criticalErrors: null };

/** RFC 6455, 7.4.1: done, going away, and no code given. */
const NORMAL_CLOSURES: readonly number[] = [1000, 1001, 1005];

/** Reads `GET /metrics` of a backend or a worker; what an older release does not count is null. */
export function readVitals(text: string): Vitals {
  const samples = parsePrometheus(text);
  const startedAt = sum(samples, 'process_start_time_seconds');
  return {
    startedAt: startedAt === null ? null : new Date(startedAt * 1000).toISOString(),
    memoryBytes: sum(samples, 'process_resident_memory_bytes'),
    cpuSeconds: sum(samples, 'process_cpu_seconds_total'),
    sockets: socketsIn(samples),
    jobs: jobsIn(samples),
    criticalErrors: criticalErrorsIn(samples),
  };
}

function socketsIn(samples: Samples): Vitals['sockets'] {
  const opened = sum(samples, 'ws_opened_total');
  const closed = sum(samples, 'ws_closed_total');
  if (opened === null || closed === null) return null;
  return { opened, closed, abnormal: sum(samples, 'ws_closed_total', ({ code }) => isAbnormal(Number(code))) ?? 0 };
}

/** Lost connections (1006), faults, and refusals. With 4000 to 4499 the slot asks the client to come again. */
const isAbnormal = (code: number): boolean => !NORMAL_CLOSURES.includes(code) && !(code >= 4000 && mayReconnect(code));

/**
 * A rejected job has ended as it should: the model was at fault, or there was nothing left to do. What was moved, postponed or set
 * aside has not ended.
 */
function jobsIn(samples: Samples): Vitals['jobs'] {
  const count = (...outcomes: readonly string[]): number | null =>
    sum(samples, 'devplatform_jobs_total', ({ outcome = '' }) => outcomes.includes(outcome));
  const done = count('done', 'rejected');
  const failed = count('failed');
  return done === null || failed === null ? null : { done, failed };
}

function criticalErrorsIn(samples: Samples): Vitals['criticalErrors'] {
  const found = samples.get('devplatform_critical_errors_total');
  if (found === undefined) return null;
  return Object.fromEntries(found.map(({ labels, value }) => [labels.fingerprint ?? '', value]));
}

/** null: the metric does not exist. */
function sum(samples: Samples, name: string, counts: (labels: Sample['labels']) => boolean = () => true): number | null {
  const found = samples.get(name)?.filter(({ value }) => Number.isFinite(value));
  return found?.filter(({ labels }) => counts(labels)).reduce((total, { value }) => total + value, 0) ?? null;
}
