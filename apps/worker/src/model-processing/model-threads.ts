import { Worker } from 'node:worker_threads';
import type { StoreConfig } from '@devplatform/runtime/storage';
import { Outage } from '../outage.ts';
import { Rejection } from './rejection.ts';
import type { ModelOptions, ProcessedModel, Source, Step, ThreadMessage, ThreadRequest, ThreadSetup } from './thread/messages.ts';

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
    this.#options = { idleMs: 30_000, boundMs: 300_000, ...options };
    this.#free = options.size;
  }

  /**
   * Processes one stored model into the store. Throws Rejection when the model is at fault, Outage when the store was away,
   * the signal's reason when it was aborted, and any other error when a thread broke.
   */
  async process(source: Source, options: ModelOptions, onStep: (step: Step) => void, signal: AbortSignal): Promise<ProcessedModel> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await this.#run({ source, options }, onStep, signal);
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

  async #run(request: ThreadRequest, onStep: (step: Step) => void, signal: AbortSignal): Promise<ProcessedModel> {
    const thread = this.#take();
    const bound = AbortSignal.timeout(this.#options.boundMs);
    try {
      const model = await converse(thread, request, onStep, AbortSignal.any([signal, bound]));
      this.#keep(thread);
      return model;
    } catch (error) {
      if (error instanceof Rejection || error instanceof Outage) {
        this.#keep(thread);
        throw error;
      }
      await this.#end(thread);
      signal.throwIfAborted();
      if (bound.aborted) throw new Rejection('too-slow', `Processing took longer than ${this.#options.boundMs / 1000} s.`);
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

/** One request and its messages up to the last; rejects when the thread breaks or the signal is aborted. */
async function converse(
  thread: Worker,
  request: ThreadRequest,
  onStep: (step: Step) => void,
  signal: AbortSignal,
): Promise<ProcessedModel> {
  const { promise, resolve, reject } = Promise.withResolvers<ProcessedModel>();
  const onMessage = (message: ThreadMessage): void => {
    switch (message.type) {
      case 'step':
        onStep(message.step);
        break;
      case 'done':
        resolve(message.model);
        break;
      case 'rejected':
        reject(new Rejection(message.code, message.message));
        break;
      case 'outage':
        reject(new Outage(message.message));
        break;
      case 'failed':
        reject(new Error(message.message));
    }
  };
  const onExit = (code: number): void => {
    reject(new Error(`the model's thread ended with ${code}`));
  };
  const onAbort = (): void => {
    reject(new Error('aborted', { cause: signal.reason }));
  };
  thread.on('message', onMessage).on('error', reject).on('exit', onExit);
  signal.addEventListener('abort', onAbort);
  try {
    thread.postMessage(request);
    return await promise;
  } finally {
    thread.off('message', onMessage).off('error', reject).off('exit', onExit);
    signal.removeEventListener('abort', onAbort);
  }
}

const isOutOfMemory = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
