import {
  DrainStatus,
  Ledger,
  LedgerCounts,
  WorkerStatus,
  type DrainRequest,
  type OpenLedger,
  type PauseRequest,
  type ServiceName,
  type Slot,
  type SlotAddresses,
} from '@devplatform/contracts';
import { RolloutError, type InFlight, type RolloutErrorCode } from '@devplatform/rollout-engine';
import type { z } from 'zod';

const TIMEOUT_MS = 10_000;
/** Milliseconds that jobs of the old slot have to end there; then the new one goes on with them. */
export const MOVE_AFTER_MS = 20_000;

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
    const order: PauseRequest = { moveAfterMs: MOVE_AFTER_MS };
    await this.#call('drain-failed', 'POST', `${this.#addresses.workerInternal}/pause`, order);
  }

  async drain(request: z.input<typeof DrainRequest>): Promise<void> {
    await this.#call('drain-failed', 'POST', `${this.#addresses.backendInternal}/drain`, request);
  }

  async undrain(): Promise<void> {
    await this.#call('drain-failed', 'DELETE', `${this.#addresses.backendInternal}/drain`);
  }

  /** A service that does not answer because it does not run any more has nothing in flight. */
  async inFlight(isRunning: (service: ServiceName) => boolean): Promise<InFlight> {
    const [ofBackend, ofWorker] = await Promise.all([
      this.#ofBackend().catch((error: unknown) => unlessEnded(isRunning('backend'), IDLE_BACKEND, error)),
      this.#ofWorker().catch((error: unknown) => unlessEnded(isRunning('worker'), IDLE_WORKER, error)),
    ]);
    return { ...ofBackend, ...ofWorker };
  }

  async openLedger(request: OpenLedger): Promise<LedgerCounts> {
    const answer = await this.#call('drain-failed', 'POST', `${this.#addresses.backendInternal}/handover`, request);
    return LedgerCounts.parse(await answer.json());
  }

  /** null: no such ledger. */
  async ledger(handoverId: string): Promise<Ledger | null> {
    const answer = await this.#send('GET', `${this.#addresses.backendInternal}/handovers/${handoverId}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`${this.#slot} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    return Ledger.parse(await answer.json());
  }

  async #ofBackend(): Promise<Omit<InFlight, 'activeJobs'>> {
    const answer = await this.#call('drain-failed', 'GET', `${this.#addresses.backendInternal}/drain`);
    const { sockets, notYetHinted, httpInFlight, appendQueue, forced } = DrainStatus.parse(await answer.json());
    return { sockets, notYetHinted, httpInFlight, appendQueue, forced };
  }

  async #ofWorker(): Promise<Pick<InFlight, 'activeJobs'>> {
    const answer = await this.#call('drain-failed', 'GET', `${this.#addresses.workerInternal}/status`);
    return { activeJobs: WorkerStatus.parse(await answer.json()).active };
  }

  async #call(code: RolloutErrorCode, method: string, url: string, body?: object): Promise<Response> {
    const failed = (reason: string, cause?: unknown): RolloutError =>
      new RolloutError(code, `${this.#slot} did not carry out ${method} ${new URL(url).pathname}: ${reason}`, {
        untouched: 'The front door is as it was.',
        next: 'Look at `npx nx status backend` and at the logs of that slot; the step may be repeated.',
        cause,
      });
    try {
      const response = await this.#send(method, url, body);
      if (response.ok) return response;
      throw failed(`it answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
    } catch (error) {
      if (error instanceof RolloutError) throw error;
      throw failed(reasonOf(error), error);
    }
  }

  #send(method: string, url: string, body?: object): Promise<Response> {
    return fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#addresses.internalToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      body: body === undefined ? null : JSON.stringify(body),
    });
  }
}

const IDLE_BACKEND = { sockets: 0, notYetHinted: 0, httpInFlight: 0, appendQueue: 0, forced: 0 };
const IDLE_WORKER = { activeJobs: 0 };

function unlessEnded<T>(runs: boolean, idle: T, error: unknown): T {
  if (runs) throw error;
  return idle;
}

/** fetch rejects with an Error that says "fetch failed"; the reason is its cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { readonly cause?: Partial<Error> };
  return cause?.message ?? message;
}
