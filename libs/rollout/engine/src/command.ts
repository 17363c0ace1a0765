import { Slot } from '@devplatform/contracts';
import { z } from 'zod';
import { Release } from './release.ts';

/**
 * `preflight`: the checklist, before anything of the release is touched; `standby`: a slot that waits for a rollback is ready to
 * serve this instant.
 */
export const GateName = z.enum(['preflight', 'readiness', 'smoke', 'standby']);
export type GateName = z.infer<typeof GateName>;

/** What becomes of the old slot: parked it keeps running and is the way back; stopped it frees what it holds, and so is the way back gone. */
export const Decommission = z.enum(['park', 'stop']);
export type Decommission = z.infer<typeof Decommission>;

/**
 * What a step does, as a value: printed by a dry run, written to the journal before it is carried out, compared in tests.
 * Only perform.ts turns one into an effect.
 */
export const Command = z.discriminatedUnion('do', [
  z.object({ do: z.literal('prepare') }),
  z.object({ do: z.literal('migrate'), release: Release }),
  /** `to`: who takes over; null where nobody serves, so that the slot must be empty already. */
  z.object({ do: z.literal('vacate'), slot: Slot, to: Slot.nullable() }),
  z.object({ do: z.literal('deploy'), slot: Slot, release: Release }),
  z.object({ do: z.literal('gate'), gate: GateName, slot: Slot, tag: z.string() }),
  z.object({ do: z.literal('switch'), slot: Slot, from: Slot.nullable() }),
  z.object({ do: z.literal('start-work'), slot: Slot }),
  z.object({ do: z.literal('pause-work'), slot: Slot }),
  z.object({ do: z.literal('drain'), slot: Slot, to: Slot }),
  z.object({ do: z.literal('undrain'), slot: Slot }),
  z.object({ do: z.literal('settle'), slot: Slot }),
  z.object({ do: z.literal('account'), from: Slot, to: Slot }),
  z.object({ do: z.literal('stop'), slot: Slot }),
  /** What both slots have counted so far, for the comparison afterwards. */
  z.object({ do: z.literal('observe') }),
  /** `from`: whom `to` is compared with; null where nobody served. `forMs`: milliseconds. */
  z.object({ do: z.literal('monitor'), from: Slot.nullable(), to: Slot, forMs: z.int() }),
  z.object({ do: z.literal('bake'), from: Slot.nullable(), to: Slot, forMs: z.int() }),
  /** `quietMs`: how long the front door must not have had an answer of the slot. */
  z.object({ do: z.literal('decommission'), slot: Slot, how: Decommission, quietMs: z.int() }),
]);
export type Command = z.infer<typeof Command>;

export const StepName = z.enum([
  ...['prepare', 'migrate', 'vacate', 'deploy', 'switch', 'start-work', 'pause-work', 'drain', 'undrain', 'settle', 'account', 'stop'],
  ...['observe', 'monitor', 'bake', 'decommission'],
  ...GateName.options,
] as const);
export type StepName = z.infer<typeof StepName>;

export const stepName = (command: Command): StepName => (command.do === 'gate' ? command.gate : command.do);

/** The command in an operator's words. */
export function wording(command: Command): string {
  switch (command.do) {
    case 'prepare':
      return 'bring up what both slots share, where it is missing';
    case 'migrate':
      return `run the pending migrations of ${command.release.tag}, before anything of it runs`;
    case 'vacate':
      return command.to === null
        ? `make sure that nothing is in flight in ${command.slot}`
        : `hand over to ${command.to} what an earlier run left in flight in ${command.slot}`;
    case 'deploy':
      return `start ${command.release.tag} in ${command.slot}, its workers paused`;
    case 'gate':
      return `${command.gate} gate: ${command.slot} (${command.tag})`;
    case 'switch':
      return `front door to ${command.slot}`;
    case 'start-work':
      return `workers of ${command.slot} take jobs`;
    case 'pause-work':
      return `workers of ${command.slot} take no new jobs`;
    case 'drain':
      return `sessions of ${command.slot} move to ${command.to}`;
    case 'undrain':
      return `${command.slot} serves again`;
    case 'settle':
      return `wait until nothing is in flight in ${command.slot}, then park it warm`;
    case 'account':
      return `account for everything that was under way in ${command.from}`;
    case 'stop':
      return `stop ${command.slot}`;
    case 'observe':
      return 'count what both slots did so far, to compare with it';
    case 'monitor':
      return `watch ${command.to} for ${inTime(command.forMs)}; hard limits bring traffic back`;
    case 'bake':
      return `go on watching ${command.to} for ${inTime(command.forMs)}`;
    case 'decommission':
      return `${command.how} ${command.slot} once nothing is in flight in it and the front door has had no answer of it for ${inTime(command.quietMs)}`;
  }
}

/** `15 min`, `90 s`, `250 ms`. */
function inTime(ms: number): string {
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
