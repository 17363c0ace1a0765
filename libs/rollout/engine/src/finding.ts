import { LedgerCounts, Slot } from '@devplatform/contracts';
import { z } from 'zod';
import { GateResult } from './gate.ts';
import { LedgerSummary } from './ledger-summary.ts';
import { Measure } from './measure.ts';
import { Observation } from './observation.ts';
import type { InFlight } from './target.ts';

const Counts = z.object({
  sockets: z.int(),
  notYetHinted: z.int(),
  httpInFlight: z.int(),
  appendQueue: z.int(),
  activeJobs: z.int(),
  forced: z.int(),
}) satisfies z.ZodType<InFlight>;

/** What carrying out a command brought to light. */
export const Finding = z.object({
  /** For the operator. */
  detail: z.string(),
  /** Something that did not stop the run and that somebody should know afterwards. */
  issue: z.string().optional(),
  applied: z.array(z.string()).optional(),
  gate: GateResult.optional(),
  switched: z.object({ slot: Slot, effectiveMs: z.number(), at: z.iso.datetime() }).optional(),
  /** By the slot that was left, the moment the front door had moved; null: it had ended before, so there was nothing to hand over. */
  counted: LedgerCounts.nullable().optional(),
  ledger: LedgerSummary.optional(),
  /** What was still there when the wait for zeros ended. */
  left: Counts.optional(),
  /** Before the release was touched; whoever goes on with the run compares with it. */
  observed: Observation.optional(),
  /** The last verdicts on the new slot. */
  measures: z.array(Measure).optional(),
});
export type Finding = z.infer<typeof Finding>;
