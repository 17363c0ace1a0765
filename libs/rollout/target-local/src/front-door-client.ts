import { TrafficCounts } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { RefusedActivation, RoutingRecord, type Activation } from './routing-table.ts';

const Traffic = z.object({
  ...{ requests: z.int(), inFlight: z.int(), sockets: z.int(), lastAnswerAt: z.iso.datetime().nullable() },
  /** null: a front door that was started before it counted this still serves. */
  counts: TrafficCounts.nullable().default(null),
});

/** What the front door does right now; counts since it started. */
export const FrontDoorState = RoutingRecord.extend({
  pid: z.int(),
  perSlot: z.object({ blue: Traffic, green: Traffic }),
  store: Traffic,
});
export type FrontDoorState = z.infer<typeof FrontDoorState>;

const TIMEOUT_MS = 5000;

/** The front door's administration, from another process. */
export class FrontDoorClient {
  readonly adminUrl: string;
  readonly #token: string;

  constructor(adminUrl: string, token: string) {
    this.adminUrl = adminUrl;
    this.#token = token;
  }

  async state(signal?: AbortSignal): Promise<FrontDoorState> {
    return FrontDoorState.parse(await (await this.#call('GET', '/state', { signal })).json());
  }

  /** Resolves when new requests follow it. Throws RefusedActivation where a newer lease or another switch was faster. */
  async activate(activation: Activation): Promise<FrontDoorState> {
    return FrontDoorState.parse(await (await this.#call('PUT', '/active', { body: activation })).json());
  }

  async #call(
    method: string,
    path: string,
    { body, signal = AbortSignal.timeout(TIMEOUT_MS) }: { readonly body?: Activation; readonly signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const response = await fetch(`${this.adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}` },
      signal,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (response.ok) return response;
    const problem = z.object({ code: z.string(), detail: z.string() }).parse(await response.json());
    if (problem.code === 'stale-fence' || problem.code === 'stale-generation') throw new RefusedActivation(problem.code, problem.detail);
    throw new Error(`The front door answered ${response.status} (${problem.code}): ${problem.detail}`);
  }
}
