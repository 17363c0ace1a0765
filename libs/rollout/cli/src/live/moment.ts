import type { RolloutEvent } from '@devplatform/rollout-engine';

type Watched = Extract<RolloutEvent, { type: 'watched' }>;

/** How far something that takes long has come; milliseconds. `measures` is empty for a wait in which nothing is measured. */
export interface Moment extends Pick<Watched, 'elapsedMs' | 'remainingMs' | 'measures'> {
  readonly step: string;
}
