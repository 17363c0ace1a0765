import type { Slot } from '@devplatform/contracts';
import { z } from 'zod';
import type { Observation } from './observation.ts';

/**
 * What one measure says of the new slot. `soft` warns; `hard` takes the deployment back; `unknown` is not `ok`: too few to
 * tell, or a source that does not answer.
 */
export const Measure = z.object({
  /** `5xx rate`, `P95`, `memory` … */
  name: z.string(),
  verdict: z.enum(['ok', 'soft', 'hard', 'unknown']),
  /** In words, with the limit and the baseline: `2.1 % of 1204 requests (limit 1 %, before 0.0 %)`. */
  figure: z.string(),
  /** A hard verdict that one sample proves, such as a restart; others need to be hard twice in a row. */
  proven: z.boolean().default(false),
});
export type Measure = z.infer<typeof Measure>;

/** Everything that a judge may know. */
export interface Watched {
  /** null: nothing served before, so there is no baseline. */
  readonly from: Slot | null;
  readonly to: Slot;
  /** Before the release was deployed: with what `from` counted since, the baseline. null: nobody looked. */
  readonly before: Observation | null;
  /** Since the front door moved; the oldest first, the last one is now. At least one. */
  readonly samples: readonly Observation[];
}

/** Pure: the same samples give the same verdicts. */
export type Judge = (watched: Watched) => readonly Measure[];
