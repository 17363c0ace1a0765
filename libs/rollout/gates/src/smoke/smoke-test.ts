import type { Slot } from '@devplatform/contracts';
import type { SlotAddresses } from '@devplatform/contracts';
import type { Clock } from '@devplatform/rollout-engine';

export interface SmokeContext {
  readonly addresses: SlotAddresses;
  readonly slot: Slot;
  /** Without a leading `v`, as the release says it of itself. */
  readonly version: string;
  readonly clock: Clock;
  /** Aborts at the test's bound; whatever the test opened must be closed then. */
  readonly signal: AbortSignal;
}

export interface SmokeTest {
  readonly name: string;
  /** Returns what was seen; throws with the reason where the slot must not serve users. */
  run(context: SmokeContext): Promise<string>;
}
