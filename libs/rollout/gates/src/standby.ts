import type { Gate } from '@devplatform/rollout-engine';
import { readiness, type Timing } from './readiness.ts';

/** A slot that is parked warm has started long ago: it is ready now or not at all, and a rollback cannot wait. */
const PATIENCE_MS = 5_000;

/** Whether the slot to go back to could serve this instant. */
export const standby = (services?: Readonly<Record<string, Timing>>): Gate => ({
  ...readiness({
    ...(services && { services }),
    maxWaitMs: PATIENCE_MS,
    timing: { startDelayMs: 0, intervalMs: 250 },
  }),
  name: 'standby',
});
