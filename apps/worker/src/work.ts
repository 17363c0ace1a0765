import { JOB_CONTRACTS, type Slot, type WorkerStatus, RELEASE } from '@devplatform/contracts';
import type { Consumer } from './consumer.ts';
import type { Sweeper } from './model-processing/sweeper.ts';
import type { Compaction } from './scene-compaction/compaction.ts';

export interface WorkParts {
  readonly slot: Slot;
  /** Of users' jobs: idle while paused. */
  readonly consumers: readonly Consumer[];
  /** Reachable while paused too, so that a slot can be tried before it works. */
  readonly smoke: Consumer;
  readonly sweeper: Sweeper;
  readonly compaction: Compaction;
}

/** Everything this process does for users, as one thing that runs or is paused. */
export class Work {
  readonly #parts: WorkParts;
  #state: WorkerStatus['state'] = 'paused';
  #open = false;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  /** Jobs can be taken: those of the smoke test always, those of users unless paused. */
  open(): void {
    this.#open = true;
    this.#parts.smoke.start();
    if (this.#state === 'running') this.run();
  }

  /** Takes users' jobs as soon as the work is open. May be repeated. */
  run(): WorkerStatus {
    this.#state = 'running';
    if (this.#open) {
      for (const consumer of this.#parts.consumers) consumer.start();
      this.#parts.sweeper.start();
      this.#parts.compaction.schedule();
    }
    return this.status();
  }

  /** No user's job is taken after this; running ones go on and are counted in the status. May be repeated. */
  pause(): WorkerStatus {
    this.#state = 'paused';
    this.#parts.sweeper.stop();
    for (const consumer of this.#parts.consumers) consumer.stop();
    return this.status();
  }

  status(): WorkerStatus {
    const active = [...this.#parts.consumers, this.#parts.smoke].reduce((sum, consumer) => sum + consumer.active, 0);
    return { slot: this.#parts.slot, release: RELEASE, state: this.#state, active, contracts: [...JOB_CONTRACTS] };
  }

  /** Waits for running jobs at most `graceMs` and hands the rest back; then closes the queues. */
  async close(graceMs: number): Promise<void> {
    this.pause();
    await Promise.all([...this.#parts.consumers, this.#parts.smoke].map((consumer) => consumer.close(graceMs)));
    await Promise.all([this.#parts.sweeper.close(), this.#parts.compaction.close()]);
  }
}
