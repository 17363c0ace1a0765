import { JOB_CONTRACTS, type PauseRequest, type SetAsideJobs, type Slot, type WorkerStatus, RELEASE } from '@devplatform/contracts';
import type { Consumer } from './consumer.ts';
import type { Sweeper } from './model-processing/sweeper.ts';
import type { Compaction } from './scene-compaction/compaction.ts';
import type { SetAside } from './set-aside.ts';

export interface WorkParts {
  readonly slot: Slot;
  /** Of users' jobs: idle while paused. */
  readonly consumers: readonly Consumer[];
  /** Reachable while paused too, so that a slot can be tried before it works. */
  readonly smoke: Consumer;
  readonly sweeper: Sweeper;
  readonly compaction: Compaction;
  readonly setAside: SetAside;
}

/** Everything this process does for users, as one thing that runs or is paused. */
export class Work {
  readonly #parts: WorkParts;
  #state: WorkerStatus['state'] = 'paused';
  #open = false;
  #move: NodeJS.Timeout | undefined;

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
    clearTimeout(this.#move);
    if (this.#open) {
      for (const consumer of this.#parts.consumers) consumer.start();
      this.#parts.sweeper.start();
      this.#parts.compaction.start();
    }
    return this.status();
  }

  /**
   * No user's job is begun after this. Running ones go on and are counted in the status; those that are left after `moveAfterMs`
   * are moved. May be repeated: the last call decides.
   */
  pause({ moveAfterMs }: PauseRequest = {}): WorkerStatus {
    this.#state = 'paused';
    this.#parts.sweeper.stop();
    this.#parts.compaction.stop();
    for (const consumer of this.#parts.consumers) consumer.stop();
    clearTimeout(this.#move);
    if (moveAfterMs !== undefined) this.#move = setTimeout(this.#moveAll, moveAfterMs);
    return this.status();
  }

  status(): WorkerStatus {
    const consumers = [...this.#parts.consumers, this.#parts.smoke];
    return {
      slot: this.#parts.slot,
      release: RELEASE,
      state: this.#state,
      active: consumers.reduce((sum, { active }) => sum + active, 0),
      moved: consumers.reduce((sum, { moved }) => sum + moved, 0),
      setAside: this.#parts.setAside.count,
      contracts: [...JOB_CONTRACTS],
    };
  }

  /** Jobs that nobody could read. Throws while Redis is away. */
  setAside(): Promise<SetAsideJobs> {
    return this.#parts.setAside.list();
  }

  /** Waits for running jobs at most `graceMs` and moves the rest; then closes the queues. */
  async close(graceMs: number): Promise<void> {
    this.pause();
    await Promise.all([...this.#parts.consumers, this.#parts.smoke].map((consumer) => consumer.close(graceMs)));
    await Promise.all([this.#parts.sweeper.close(), this.#parts.compaction.close(), this.#parts.setAside.close()]);
  }

  readonly #moveAll = (): void => {
    for (const consumer of this.#parts.consumers) consumer.move();
  };
}
