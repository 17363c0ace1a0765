import { EventEmitter, once } from 'node:events';
import { pino, type Logger } from 'pino';

/** Milliseconds that the last lines of the log may take. */
const LOG_MS = 1000;

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
      process.on(signal, () => void this.stop(signal).then((clean) => this.#exit(clean ? 0 : 1)));
    }
    for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(fault, (error: unknown) => {
        this.#logger.fatal({ err: error }, fault);
        void this.stop(fault).then(() => this.#exit(1));
      });
    }
    return this;
  }

  /** Lines are written in the background; an exit that overtakes one puts it behind those that came after it, or loses it. */
  async #exit(code: number): Promise<never> {
    const written = writing(this.#logger);
    this.#logger.info({ code }, 'stopped');
    await written;
    process.exit(code);
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

/** Resolves when the log has written everything, or after a second where nobody reads it. */
async function writing(logger: Logger): Promise<void> {
  const stream: unknown = (logger as { readonly [pino.symbols.streamSym]?: unknown })[pino.symbols.streamSym];
  if (!(stream instanceof EventEmitter) || !logger.isLevelEnabled('info')) return;
  await once(stream, 'drain', { signal: AbortSignal.timeout(LOG_MS) }).catch(() => undefined);
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
