import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { Drain } from '../realtime/drain.ts';

/** One question to the database for everybody who waits, however many they are. */
const LOOK_EVERY_MS = 250;
/** Who comes when so many wait is answered at once: a poll costs a connection. */
const MAX_WAITING = 1000;

interface Waiting {
  readonly taskId: string;
  readonly until: number;
  readonly resolve: () => void;
}

/** Lets requests wait for the end of a task. It looks only while somebody waits, and nobody waits on a slot that is being left. */
@Injectable()
export class TaskWatch {
  readonly #database: Database;
  readonly #drain: Drain;
  #waiting: readonly Waiting[] = [];
  #stopped = false;

  constructor(@Inject(Database) database: Database, @Inject(Drain) drain: Drain) {
    this.#database = database;
    this.#drain = drain;
  }

  /** Resolves when the task has ended (or is gone), after `seconds`, or early; what became of it is the caller's to read. */
  ended(taskId: string, seconds: number): Promise<void> {
    if (this.#stopped || this.#drain.draining || this.#waiting.length >= MAX_WAITING) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { taskId, until: performance.now() + seconds * 1000, resolve }];
      if (this.#waiting.length === 1) this.#lookLater();
    });
  }

  /** Answers everybody with what there is; the process stops. */
  stop(): void {
    this.#stopped = true;
    this.#release(() => true);
  }

  #lookLater(): void {
    setTimeout(() => void this.#look(), LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const open = await this.#open();
    const now = performance.now();
    const leaving = this.#drain.draining;
    this.#release(({ taskId, until }) => leaving || until <= now || open?.has(taskId) === false);
    if (this.#waiting.length > 0) this.#lookLater();
  }

  /** Of the tasks that are waited for; null while the database is away: then only the time ends a wait. */
  async #open(): Promise<ReadonlySet<string> | null> {
    const asked = [...new Set(this.#waiting.map(({ taskId }) => taskId))];
    try {
      const rows = await this.#database.query<{ id: string }>(
        `SELECT id FROM processing_task WHERE id = ANY ($1) AND status NOT IN ('done', 'failed')`,
        [asked],
      );
      const open = new Set(rows.map(({ id }) => id));
      // Who came while the answer was on its way was not asked for.
      for (const { taskId } of this.#waiting) if (!asked.includes(taskId)) open.add(taskId);
      return open;
    } catch {
      return null;
    }
  }

  #release(ready: (waiting: Waiting) => boolean): void {
    const released = this.#waiting.filter(ready);
    this.#waiting = this.#waiting.filter((waiting) => !released.includes(waiting));
    for (const { resolve } of released) resolve();
  }
}
