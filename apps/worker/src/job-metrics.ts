import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * `rejected`: the job itself is at fault. `postponed`: something it needs was away. `moved`: handed back for the other slot.
 * `set-aside`: nobody could read it.
 */
export type JobOutcome = 'done' | 'rejected' | 'failed' | 'postponed' | 'moved' | 'set-aside';

/** Counts and durations of jobs by queue. */
export class JobMetrics {
  readonly #outcomes: Counter<'queue' | 'outcome'>;
  readonly #seconds: Histogram<'queue'>;
  readonly #active: Gauge<'queue'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#outcomes = new Counter({ name: 'devplatform_jobs_total', help: 'Jobs by outcome', labelNames: ['queue', 'outcome'], registers });
    this.#seconds = new Histogram({
      name: 'devplatform_job_seconds',
      help: 'Seconds that a job took',
      labelNames: ['queue'],
      buckets: [0.05, 0.2, 1, 5, 20, 60, 300],
      registers,
    });
    this.#active = new Gauge({ name: 'devplatform_jobs_active', help: 'Jobs that are running', labelNames: ['queue'], registers });
  }

  /** Call the answer once, with the outcome. */
  started(queue: string): (outcome: JobOutcome) => void {
    const took = this.#seconds.startTimer({ queue });
    this.#active.inc({ queue });
    return (outcome) => {
      took();
      this.#active.dec({ queue });
      this.#outcomes.inc({ queue, outcome });
    };
  }
}
