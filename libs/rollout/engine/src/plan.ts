import { otherSlot, Slot } from '@devplatform/contracts';
import { RolloutError } from './error.ts';
import type { PlannedRun } from './journal.ts';
import { attempt, step, type Step } from './step.ts';
import type { Environment } from './target.ts';

export interface Sides {
  /** Who serves now; null where nobody does. */
  readonly from: Slot | null;
  /** Who is to serve. */
  readonly to: Slot;
}

/** What a run would do or is doing; a dry run prints it. */
export interface Plan extends Sides {
  readonly previous: string | null;
  readonly next: string;
  readonly digest: string | null;
  readonly steps: readonly Step[];
}

/** Step 1 of the specification. Throws `slot-active` where the wanted slot serves. */
export function identify(environment: Environment, wanted: Slot | undefined): Sides {
  const { active, previous, slots } = environment;
  if (active !== null && wanted === active) {
    const release = slots[active].release ?? 'unknown release';
    throw new RolloutError('slot-active', `${active} is the active slot: it serves ${release} to users.`, {
      untouched: 'Nothing was changed.',
      next: `Deploy to ${otherSlot(active)}, or leave the slot out.`,
    });
  }
  if (active !== null) return { from: active, to: otherSlot(active) };
  // The front door answers from no slot: nothing was deployed yet, or what served has died. A running one still holds sessions.
  const to = wanted ?? previous ?? Slot.options.find((slot) => !slots[slot].running) ?? 'blue';
  return { from: slots[otherSlot(to)].running ? otherSlot(to) : null, to };
}

export const toJournal = ({ from, to, previous, next, digest, steps }: Plan): PlannedRun => ({
  ...{ from, to, previous, next, digest },
  steps: steps.map(({ command, vital, undo }) => ({
    ...{ command, vital },
    undo: undo?.map((back) => ({ command: back.command, vital: back.vital })) ?? null,
  })),
});

export const undoOf = ({ command, vital }: Pick<Step, 'command' | 'vital'>): Step => (vital ? step(command) : attempt(command));

/** The plan as it was written: a later version of the engine carries out what was decided, not what it would decide itself. */
export const fromJournal = ({ from, to, previous, next, digest, steps }: PlannedRun): Plan => ({
  ...{ from, to, previous, next, digest },
  steps: steps.map(({ command, vital, undo }) => {
    const back = undo?.map(undoOf) ?? null;
    return vital ? step(command, back) : attempt(command, back);
  }),
});
