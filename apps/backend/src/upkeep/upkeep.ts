import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { errorCode } from '../database/database-error.ts';
import { IdempotencyKeys } from '../http/idempotency-keys.ts';
import { LOGGER } from '../tokens.ts';
import { Aborts } from '../uploads/aborts.ts';
import { Completion } from '../uploads/completion.ts';
import { ObjectRemovals } from './object-removals.ts';

const EVERY_MS = 10_000;

/** What every slot does from time to time, safe to be done by both at once: finish or abort abandoned uploads, delete at the store, forget old keys. */
@Injectable()
export class Upkeep {
  readonly #tasks: readonly (() => Promise<void>)[];
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Completion) completion: Completion,
    @Inject(Aborts) aborts: Aborts,
    @Inject(ObjectRemovals) removals: ObjectRemovals,
    @Inject(IdempotencyKeys) keys: IdempotencyKeys,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#tasks = [() => completion.sweep(), () => aborts.sweep(), () => removals.sweep(), () => keys.forgetOld()];
    this.#logger = logger;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (await this.#pause()) {
      for (const task of this.#tasks) {
        await task().catch((error: unknown) => {
          this.#logger.warn({ code: errorCode(error), err: error }, 'upkeep failed, it will be tried again');
        });
      }
    }
  }

  /** False: the process stops. */
  #pause(): Promise<boolean> {
    return delay(EVERY_MS, true, { signal: this.#stopping.signal, ref: false }).catch(() => false);
  }
}
