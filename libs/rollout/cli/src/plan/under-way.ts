import { hintWindow, type Slot } from '@devplatform/contracts';
import { inWords, type InFlight, type Plan, type Target } from '@devplatform/rollout-engine';
import { MOVE_AFTER_MS } from '@devplatform/target-local';

/** What the old slot has under way now, and how long it would take to hand that over. */
export interface UnderWay {
  readonly slot: Slot;
  /** null: the slot does not say. */
  readonly inFlight: InFlight | null;
  readonly predicted: DrainForecast | null;
}

/** Milliseconds. */
export interface DrainForecast {
  /** Until the last session was asked to move; each is in the new slot a moment later. */
  readonly sessionsMs: number;
  /** Jobs end by themselves until then; those that do not, go on in the new slot. */
  readonly jobsMs: number;
}

export const forecast = ({ sockets, activeJobs }: Pick<InFlight, 'sockets' | 'activeJobs'>): DrainForecast => ({
  sessionsMs: sockets === 0 ? 0 : hintWindow(sockets),
  jobsMs: activeJobs === 0 ? 0 : MOVE_AFTER_MS,
});

/** null: nobody serves, so there is nothing to hand over. */
export async function underWay({ from }: Plan, target: Pick<Target, 'inFlight'>): Promise<UnderWay | null> {
  if (from === null) return null;
  const inFlight = await target.inFlight(from).catch(() => null);
  return { slot: from, inFlight, predicted: inFlight && forecast(inFlight) };
}

export function underWayLines(seen: UnderWay | null): readonly string[] {
  if (seen === null) return ['nothing: nobody serves yet'];
  const { slot, inFlight, predicted } = seen;
  if (inFlight === null || predicted === null) return [`${slot} does not say`];
  const { sessionsMs, jobsMs } = predicted;
  const sessions = sessionsMs === 0 ? [] : [`${inSeconds(sessionsMs)} until the last session was asked to move`];
  const jobs = jobsMs === 0 ? [] : [`jobs get up to ${inSeconds(jobsMs)}, then they go on in the new slot`];
  const drain = [...sessions, ...jobs];
  return [`${slot} has ${inWords(inFlight)} under way`, `predicted drain: ${drain.length === 0 ? 'at once' : drain.join('; ')}`];
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
