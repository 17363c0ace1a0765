import type { Slot } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { RolloutError, type SwitchReport } from '@devplatform/rollout-engine';
import type { FrontDoorClient } from './front-door-client.ts';
import { PublicEntry } from './public-entry.ts';
import { RefusedActivation, type Activation, type Routes } from './routing-table.ts';

/** Milliseconds within which every connection must be answered from the new slot. */
const LIMIT_MS = 5000;

export interface TrafficSwitch {
  readonly slot: Slot;
  readonly routes: Routes;
  readonly fence: number;
}

/** Resolves when fresh and kept connections are answered from the slot; else puts the table back and throws `switch-failed`. */
export async function switchTraffic(
  door: FrontDoorClient,
  publicUrl: string,
  { slot, routes, fence }: TrafficSwitch,
): Promise<SwitchReport> {
  const before = await door.state();
  using entry = await PublicEntry.open(publicUrl);
  const start = performance.now();
  await activate(door, { slot, routes, fence, generation: before.generation });
  try {
    await until(() => entry.answersFrom(slot), { what: `${slot} to answer through the front door`, deadlineMs: LIMIT_MS, everyMs: 5 });
  } catch (cause) {
    await activate(door, { slot: before.active, routes: before.routes, previous: before.previous, fence });
    throw new RolloutError('switch-failed', `${slot} did not answer through the front door within ${LIMIT_MS / 1000} s.`, {
      untouched: before.active === null ? 'No slot is active, as before.' : `${before.active} is active again.`,
      next: `Look at the logs of ${slot}, then deploy again.`,
      cause,
    });
  }
  return { effectiveMs: performance.now() - start, at: new Date().toISOString() };
}

/** The slot is about to be replaced: nobody goes back to what is not proven. Throws `lease-lost`. */
export async function forgetWayBackTo(slot: Slot, door: FrontDoorClient, fence: number): Promise<void> {
  const { active, routes, previous, generation } = await door.state();
  if (previous === slot) await activate(door, { slot: active, routes, previous: null, fence, generation });
}

async function activate(door: FrontDoorClient, activation: Activation): Promise<void> {
  try {
    await door.activate(activation);
  } catch (error) {
    if (!(error instanceof RefusedActivation)) throw error;
    throw new RolloutError('lease-lost', error.message, {
      untouched: 'The front door was not moved.',
      next: 'Look at `npx nx status backend`, then deploy again.',
      cause: error,
    });
  }
}
