import type { Slot } from '@devplatform/contracts';
import type { RunKind, WayBack } from './journal.ts';
import type { Plan } from './plan.ts';
import { attempt, step, type Step } from './step.ts';

/**
 * The way back: traffic first, then workers, then sockets; the schema never, because migrations are backward compatible.
 * It is a rollback, and the end of a deployment that fails after the switch.
 */
export const wayBack = ({ bad, good, tag }: { bad: Slot; good: Slot; tag: string }): readonly Step[] => [
  attempt({ do: 'undrain', slot: good }),
  step({ do: 'gate', gate: 'standby', slot: good, tag }),
  step({ do: 'switch', slot: good, from: bad }),
  attempt({ do: 'start-work', slot: good }),
  attempt({ do: 'pause-work', slot: bad }),
  attempt({ do: 'drain', slot: bad, to: good }),
  attempt({ do: 'settle', slot: bad }),
  attempt({ do: 'account', from: bad, to: good }),
];

const written = (steps: readonly Step[]): WayBack['steps'] => steps.map(({ command, vital }) => ({ command, vital }));

/** Takes back in reverse order what was begun, the step that failed included: nobody knows how far it came. */
export function backFrom(begun: readonly Step[]): WayBack {
  const steps: Step[] = [];
  for (const { name, undo } of begun.toReversed()) {
    if (undo === null) return { steps: written(steps), blocked: name };
    steps.push(...undo);
  }
  return { steps: written(steps), blocked: null };
}

/**
 * The same for a run that somebody aborts. A rollback that fails never goes to the bad slot again by itself; one that is
 * aborted after the front door has moved does, through the same gate.
 */
export function backOnRequest(kind: RunKind, begun: readonly Step[], plan: Plan | undefined, active: Slot | null): WayBack {
  if (kind === 'deploy' || plan?.from == null || active !== plan.to) return backFrom(begun);
  return { steps: written(wayBack({ bad: plan.to, good: plan.from, tag: plan.previous ?? 'unknown' })), blocked: null };
}
