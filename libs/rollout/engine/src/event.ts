import type { StepName } from './command.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { Check } from './gate.ts';
import type { Measure } from './measure.ts';

/** What a run tells while it runs; the journal, not this, is the truth. */
export type RolloutEvent =
  | {
      readonly type: 'planned';
      readonly id: string;
      readonly from: string | null;
      readonly to: string;
      readonly previous: string | null;
      readonly next: string;
    }
  | { readonly type: 'step-started'; readonly step: StepName; readonly does: string }
  | { readonly type: 'step-done'; readonly step: StepName; readonly ms: number; readonly detail: string }
  | { readonly type: 'step-failed'; readonly step: StepName; readonly ms: number; readonly detail: string }
  | { readonly type: 'gate'; readonly gate: StepName; readonly check: Check }
  /** At every sample while the new slot is watched; milliseconds. */
  | {
      readonly type: 'watched';
      readonly step: 'monitor' | 'bake';
      readonly elapsedMs: number;
      readonly remainingMs: number;
      readonly measures: readonly Measure[];
    }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'turning-back'; readonly reason: string }
  | { readonly type: 'closed'; readonly record: DeploymentRecord };
