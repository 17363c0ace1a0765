import type { Clock } from './clock.ts';
import { RolloutError } from './error.ts';
import type { Lease, LeaseHolder, Target } from './target.ts';

const HEARTBEAT_MS = 2_000;

/** The lease of a run, kept alive while a step runs. */
export class Lock implements AsyncDisposable {
  readonly #lease: Lease;
  readonly #clock: Clock;

  private constructor(lease: Lease, clock: Clock) {
    this.#lease = lease;
    this.#clock = clock;
  }

  static async take(target: Target, holder: LeaseHolder, clock: Clock): Promise<Lock> {
    return new Lock(await target.lease(holder), clock);
  }

  get fence(): number {
    return this.#lease.fence;
  }

  /** Runs the effect between heartbeats. Throws `lease-lost` before the effect, or after it where it was lost meanwhile. */
  async during<T>(step: string, effect: (lease: Lease) => Promise<T>): Promise<T> {
    await this.#lease.heartbeat(step);
    const over = new AbortController();
    const lost = this.#beat(step, over.signal).catch((error: unknown) => error);
    const result = await effect(this.#lease).finally(() => {
      over.abort();
    });
    const error = await lost;
    if (error instanceof Error) throw error;
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease.release();
  }

  async #beat(step: string, over: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(HEARTBEAT_MS, over);
      if (over.aborted) return;
      await this.#lease.heartbeat(step);
    }
  }
}

export const isLeaseLost = (error: unknown): boolean => error instanceof RolloutError && error.code === 'lease-lost';
