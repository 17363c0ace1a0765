import { Slot } from '@devplatform/contracts';
import { z } from 'zod';
import { Command, Decommission, StepName } from './command.ts';
import { Finding } from './finding.ts';
import { Release } from './release.ts';
import { State } from './transition.ts';

export const RunKind = z.enum(['deploy', 'rollback']);
export type RunKind = z.infer<typeof RunKind>;

/** What happens after the switch; a step of no duration is left out of the plan. */
export const Aftercare = z.object({
  /** Milliseconds; specification, "Step 5: Monitor for Errors". */
  monitorMs: z.int().min(0).default(0),
  /** Milliseconds; specification, "Step 7: Decommission Old Version". */
  bakeMs: z.int().min(0).default(0),
  decommission: Decommission.default('park'),
  /** Milliseconds without an answer of the old slot before it is decommissioned. */
  quietMs: z.int().min(0).default(10_000),
});
export type Aftercare = z.infer<typeof Aftercare>;

/** What a deployment was asked for; a rollback is asked for nothing. */
export const Wanted = z.object({ slot: Slot.nullable(), release: Release, after: Aftercare.prefault({}) });
export type Wanted = z.infer<typeof Wanted>;

const PlannedUndo = z.object({ command: Command, vital: z.boolean() });
/** A step with what takes it back (null: nothing can), so that whoever finds the journal can do either. */
const PlannedStep = z.object({ command: Command, vital: z.boolean(), undo: z.array(PlannedUndo).nullable() });

/** How what was begun is taken back; `blocked`: the step from which nothing leads further back. */
export const WayBack = z.object({ steps: z.array(PlannedUndo), blocked: StepName.nullable() });
export type WayBack = z.infer<typeof WayBack>;

/** Who goes on with a run whose process is gone: `resume` finishes it, `abort` takes it back. */
export const ReopenVerb = z.enum(['resume', 'abort']);
export type ReopenVerb = z.infer<typeof ReopenVerb>;

/** What a run is going to do, decided under the lock. */
export const PlannedRun = z.object({
  from: Slot.nullable(),
  to: Slot,
  /** Tags; `previous` is what serves before the run, `next` what serves after it. */
  previous: z.string().nullable(),
  next: z.string(),
  digest: z.string().nullable(),
  /** Empty in journals of an earlier format; runs of that time have ended. */
  steps: z.array(PlannedStep).default([]),
});
export type PlannedRun = z.infer<typeof PlannedRun>;

const entry = { id: z.uuid(), at: z.iso.datetime(), state: State };

/** `state` is the one in which the entry was written: of `done`, the one that the step led to. */
export const JournalEntry = z.discriminatedUnion('type', [
  z.object({
    ...entry,
    type: z.literal('opened'),
    kind: RunKind,
    target: z.string(),
    deployer: z.string(),
    fence: z.int(),
    wanted: Wanted.nullable().default(null),
  }),
  z.object({ ...entry, type: z.literal('reopened'), verb: ReopenVerb, deployer: z.string(), fence: z.int() }),
  z.object({ ...entry, type: z.literal('planned'), plan: PlannedRun }),
  /** Before the effect: whoever finds this as the last entry knows what may have happened. */
  z.object({ ...entry, type: z.literal('doing'), step: StepName, command: Command }),
  z.object({ ...entry, type: z.literal('done'), step: StepName, ms: z.number(), finding: Finding }),
  z.object({ ...entry, type: z.literal('failed'), step: StepName, ms: z.number(), finding: Finding }),
  /** `handoverId`: of the way back, which has a ledger of its own. */
  z.object({ ...entry, type: z.literal('turned-back'), reason: z.string(), handoverId: z.uuid(), way: WayBack }),
  /** `active`: what the front door said at the end; null where it answered from no slot, or not at all. */
  z.object({ ...entry, type: z.literal('closed'), active: Slot.nullable() }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;

/** Append-only, one file or stream per run. */
export interface Journal {
  /** Returns when the entry is durable; a run goes no further where this throws. */
  append(entry: JournalEntry): Promise<void>;
  /** All entries of the run that was opened last; null: there was none. Throws `journal-damaged`, and never guesses. */
  last(): Promise<readonly JournalEntry[] | null>;
}

/** Without what the run stamps on each entry. */
export type Unstamped = JournalEntry extends infer E ? (E extends JournalEntry ? Omit<E, keyof typeof entry> : never) : never;
