import { Worker } from 'node:worker_threads';
import type { StoreConfig } from '@devplatform/runtime/storage';
import { Outage } from '../outage.ts';
import { converse, type ModelObserver } from './conversation.ts';
import { Rejection } from './rejection.ts';
import { StopOrder } from './stop-order.ts';
import type { ProcessedModel, ThreadRequest, ThreadSetup } from './thread/messages.ts';
import { modelOf } from './thread/plan.ts';

/** A model to process. */
export type ModelWork = Omit<ThreadRequest, 'stop'>;

export interface ModelThreadsOptions {
  /** The module that a thread runs: model-thread. */
  readonly entry: URL;
  /** Where threads read models and write what is made of them. */
  readonly store: StoreConfig;
  /** Threads at the same time; further models wait. */
  readonly size: number;
  /** Milliseconds after which a thread without work ends, so that an idle slot stays small. */
  readonly idleMs?: number;
  /** Milliseconds after which a model is given up. */
  readonly boundMs?: number;
  /** Milliseconds that a step may go on after its model was to stop; then its thread is ended and what it did is lost. */
  readonly patienceMs?: number;
}

/** JavaScript objects only; what the limits of a model let through is in array buffers besides. */
const HEAP_MB = 768;

/** Threads that process models, because one step can block an event loop for seconds. Started when needed, kept for a while. */
export class ModelThreads {
  readonly #options: Required<ModelThreadsOptions>;
  readonly #idle = new Map<Worker, NodeJS.Timeout>();
  readonly #busy = new Set<Worker>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(options: ModelThreadsOptions) {
    this.#options = { idleMs: 30_000, boundMs: 300_000, patienceMs: 10_000, ...options };
    this.#free = options.size;
  }

  /**
   * Processes one stored model into the store. Once the signal is aborted it stops before its next step and this throws; the
   * last checkpoint says how far it came. Throws Rejection when the model is at fault, Outage when the store was away, and
   * any other error when a thread broke.
   */
  async process(work: ModelWork, observer: ModelObserver, signal: AbortSignal): Promise<ProcessedModel> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await this.#run(work, observer, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /** Ends every thread; models that were being processed reject. */
  async close(): Promise<void> {
    await Promise.all([...this.#idle.keys(), ...this.#busy].map((thread) => this.#end(thread)));
  }

  async #run(work: ModelWork, observer: ModelObserver, signal: AbortSignal): Promise<ProcessedModel> {
    const thread = this.#take();
    const { boundMs, patienceMs } = this.#options;
    const bound = AbortSignal.timeout(boundMs);
    using stop = new StopOrder(signal, patienceMs);
    try {
      const reached = await converse(thread, { ...work, stop: stop.flag }, observer, AbortSignal.any([bound, stop.overdue]));
      const model = modelOf(reached);
      if (model === null) throw new Error(`stopped after step ${reached.steps.length}`, { cause: signal.reason });
      this.#keep(thread);
      return model;
    } catch (error) {
      if (error instanceof Rejection || error instanceof Outage) {
        this.#keep(thread);
        throw error;
      }
      await this.#end(thread);
      if (bound.aborted) throw new Rejection('too-slow', `Processing took longer than ${boundMs / 1000} s.`);
      if (isOutOfMemory(error)) throw new Rejection('out-of-memory', 'Processing needs more memory than one model may use.');
      throw error;
    }
  }

  #take(): Worker {
    const [kept] = this.#idle;
    const thread = kept?.[0] ?? this.#start();
    clearTimeout(kept?.[1]);
    this.#idle.delete(thread);
    this.#busy.add(thread);
    return thread;
  }

  #start(): Worker {
    const workerData: ThreadSetup = { store: this.#options.store };
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB };
    const thread = new Worker(this.#options.entry, { name: 'model', workerData, resourceLimits });
    // Without a listener, a thread that breaks while nobody waits for it would end the process.
    return thread.on('error', () => this.#idle.delete(thread));
  }

  #keep(thread: Worker): void {
    this.#busy.delete(thread);
    const end = setTimeout(() => void this.#end(thread), this.#options.idleMs);
    this.#idle.set(thread, end.unref());
  }

  async #end(thread: Worker): Promise<void> {
    clearTimeout(this.#idle.get(thread));
    this.#idle.delete(thread);
    this.#busy.delete(thread);
    await thread.terminate();
  }
}

const isOutOfMemory = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
