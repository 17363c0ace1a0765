import { DrainStatus, WorkerStatus, type DrainRequest, type Slot } from '@devplatform/contracts';
import { RolloutError, type InFlight, type RolloutErrorCode, type SlotAddresses } from '@devplatform/rollout-engine';
import type { z } from 'zod';

const TIMEOUT_MS = 10_000;

/** One slot's internal ports (libs/contracts/src/internal.ts). Everything may be repeated. */
export class ControlPlane {
  readonly #slot: Slot;
  readonly #addresses: SlotAddresses;

  constructor(slot: Slot, addresses: SlotAddresses) {
    this.#slot = slot;
    this.#addresses = addresses;
  }

  async startWork(): Promise<void> {
    await this.#call('switch-failed', 'POST', `${this.#addresses.workerInternal}/run`);
  }

  async pauseWork(): Promise<void> {
    await this.#call('drain-failed', 'POST', `${this.#addresses.workerInternal}/pause`);
  }

  async drain(request: z.input<typeof DrainRequest>): Promise<void> {
    await this.#call('drain-failed', 'POST', `${this.#addresses.backendInternal}/drain`, request);
  }

  async undrain(): Promise<void> {
    await this.#call('drain-failed', 'DELETE', `${this.#addresses.backendInternal}/drain`);
  }

  async inFlight(): Promise<InFlight> {
    const [backend, worker] = await Promise.all([
      this.#call('drain-failed', 'GET', `${this.#addresses.backendInternal}/drain`),
      this.#call('drain-failed', 'GET', `${this.#addresses.workerInternal}/status`),
    ]);
    const { sockets, notYetHinted, httpInFlight, appendQueue, forced } = DrainStatus.parse(await backend.json());
    const { active: activeJobs } = WorkerStatus.parse(await worker.json());
    return { sockets, notYetHinted, httpInFlight, appendQueue, activeJobs, forced };
  }

  async #call(code: RolloutErrorCode, method: string, url: string, body?: object): Promise<Response> {
    const failed = (reason: string, cause?: unknown): RolloutError =>
      new RolloutError(code, `${this.#slot} did not carry out ${method} ${new URL(url).pathname}: ${reason}`, {
        untouched: 'The front door is as it was.',
        next: 'Look at `npx nx status backend` and at the logs of that slot; the step may be repeated.',
        cause,
      });
    try {
      const response = await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${this.#addresses.internalToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        body: body === undefined ? null : JSON.stringify(body),
      });
      if (response.ok) return response;
      throw failed(`it answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
    } catch (error) {
      if (error instanceof RolloutError) throw error;
      throw failed(reasonOf(error), error);
    }
  }
}

/** fetch rejects with an Error that says "fetch failed"; the reason is its cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { readonly cause?: Partial<Error> };
  return cause?.message ?? message;
}
