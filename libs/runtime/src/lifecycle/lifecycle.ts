import type { Logger } from 'pino';

interface Stage {
  readonly name: string;
  readonly boundMs: number;
  readonly stop: () => Promise<unknown>;
}

/**
 * Ordered, bounded, idempotent shutdown: every stage runs, in the order in which it was added, each for at most its
 * bound, whatever the others did. Pools come last; what uses them comes first.
 */
export class Lifecycle {
  readonly #logger: Logger;
  readonly #stages: Stage[] = [];
  #stopping: Promise<boolean> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `boundMs` milliseconds after which the next stage starts although this one has not ended. */
  add(name: string, boundMs: number, stop: () => Promise<unknown>): this {
    this.#stages.push({ name, boundMs, stop });
    return this;
  }

  /** Runs the stages once; resolves to true when each ended by itself in time. */
  stop(reason: string): Promise<boolean> {
    this.#stopping ??= this.#run(reason);
    return this.#stopping;
  }

  /** On SIGTERM and SIGINT: stop, then exit 0, or 1 where a stage failed. A fault that nobody caught stops in the same order and exits 1. */
  onSignals(): this {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => void this.stop(signal).then((clean) => process.exit(clean ? 0 : 1)));
    }
    for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(fault, (error: unknown) => {
        this.#logger.fatal({ err: error }, fault);
        void this.stop(fault).then(() => process.exit(1));
      });
    }
    return this;
  }

  async #run(reason: string): Promise<boolean> {
    this.#logger.info({ reason }, 'stopping');
    let clean = true;
    for (const stage of this.#stages) {
      const start = performance.now();
      const failure = await bounded(stage);
      const ms = Math.round(performance.now() - start);
      if (failure === null) this.#logger.info({ stage: stage.name, ms }, 'stage stopped');
      else this.#logger.error({ stage: stage.name, ms, err: failure }, 'stage did not stop');
      clean &&= failure === null;
    }
    return clean;
  }
}

async function bounded({ name, boundMs, stop }: Stage): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name} did not end within ${boundMs} ms`));
    }, boundMs);
  });
  try {
    await Promise.race([stop(), bound]);
    return null;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}
