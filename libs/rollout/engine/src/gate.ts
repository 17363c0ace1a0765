import type { Slot } from '@devplatform/contracts';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { RolloutError } from './error.ts';
import type { Addresses, ServiceProbe } from './target.ts';

/** One thing that a gate looked at, for the deployment log. */
export const Check = z.object({
  name: z.string(),
  status: z.enum(['passed', 'failed', 'unknown']),
  ms: z.number(),
  detail: z.string(),
});
export type Check = z.infer<typeof Check>;

/** `unknown` is not `passed`: a gate that cannot tell keeps the door shut. */
export const GateResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('passed'), detail: z.string(), checks: z.array(Check) }),
  z.object({ status: z.literal('failed'), reason: z.string(), checks: z.array(Check) }),
  z.object({ status: z.literal('unknown'), reason: z.string(), checks: z.array(Check) }),
]);
export type GateResult = z.infer<typeof GateResult>;

/** Everything that a gate may know; it changes nothing. */
export interface GateContext {
  readonly slot: Slot;
  /** Of the release that must be there, with the leading `v`. */
  readonly tag: string;
  readonly clock: Clock;
  /** Aborts when the operator interrupts: end soon, with `unknown`. */
  readonly signal: AbortSignal;
  /** One sample of each service of the slot. */
  readonly probe: () => Promise<readonly ServiceProbe[]>;
  /** The slot's private addresses. Throws where it has none. */
  readonly addresses: () => Promise<Addresses>;
  /** A line for whoever is waiting. */
  readonly note: (line: string) => void;
}

/** A condition that must hold before the next step. */
export interface Gate {
  readonly name: string;
  check(context: GateContext): Promise<GateResult>;
}

export class GateRefusal extends RolloutError {
  readonly result: GateResult;

  constructor(gate: string, context: Pick<GateContext, 'slot' | 'tag'>, result: Exclude<GateResult, { status: 'passed' }>) {
    const verdict = result.status === 'failed' ? 'failed' : 'could not tell';
    super('gate-failed', `The ${gate} gate of ${context.tag} in ${context.slot} ${verdict}: ${result.reason}.`, {
      untouched: 'No traffic was switched.',
      next:
        gate === 'preflight'
          ? 'Do what the checks ask for and deploy again.'
          : `Read the logs of ${context.slot}, correct the release and deploy again.`,
    });
    this.name = 'GateRefusal';
    this.result = result;
  }
}

/** Fails closed: whatever is not `passed` throws GateRefusal, a gate that throws included. */
export async function pass(gate: Gate, context: GateContext): Promise<Extract<GateResult, { status: 'passed' }>> {
  const result = await gate.check(context).catch((error: unknown) => failure(error));
  if (result.status !== 'passed') throw new GateRefusal(gate.name, context, result);
  return result;
}

const failure = (error: unknown): GateResult => ({
  status: 'failed',
  reason: error instanceof Error ? error.message : String(error),
  checks: [],
});
