import type { Slot } from '@devplatform/contracts';
import type { Clock } from './clock.ts';
import type { Command, GateName } from './command.ts';
import { RolloutError } from './error.ts';
import type { Finding } from './finding.ts';
import { pass, type Gate } from './gate.ts';
import { isLeaseLost } from './lock.ts';
import { inWords, isIdle, settle } from './settle.ts';
import type { Lease, ServiceName, SlotAddresses, Target } from './target.ts';

/** What carries out a command. */
export interface Means {
  readonly target: Target;
  readonly gates: Readonly<Record<GateName, Gate>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly lease: Lease;
  readonly note: (line: string) => void;
}

/** The one place where a command becomes an effect. */
export async function perform(command: Command, means: Means): Promise<Finding> {
  const { target, lease } = means;
  switch (command.do) {
    case 'prepare': {
      const { created } = await target.prepare(lease);
      return { detail: created ? 'the environment did not run and was brought up' : 'everything is there' };
    }
    case 'migrate': {
      const { applied } = await target.migrate(command.release, lease);
      return { detail: applied.length === 0 ? 'nothing was pending' : `applied ${applied.join(', ')}`, applied: [...applied] };
    }
    case 'vacate':
      return vacate(command.slot, command.to, means);
    case 'deploy':
      await target.deploy(command.slot, command.release, lease);
      return { detail: `${command.release.tag} runs in ${command.slot}` };
    case 'gate': {
      const result = await pass(means.gates[command.gate], {
        ...{ slot: command.slot, tag: command.tag, clock: means.clock, signal: means.signal, note: means.note },
        probe: () => target.probe(command.slot),
        addresses: () => addressesOf(command.slot, target),
      });
      return { detail: result.detail, gate: result };
    }
    case 'switch':
      return switchTo(command.slot, command.from, means);
    case 'start-work':
      await target.startWork(command.slot, lease);
      return { detail: `${command.slot} takes jobs` };
    case 'pause-work':
      return unlessDown(command.slot, ['worker'], means, async () => {
        await target.pauseWork(command.slot, lease);
        return { detail: `${command.slot} takes no new jobs` };
      });
    case 'drain':
      return unlessDown(command.slot, ['backend'], means, () => drain(command.slot, command.to, means));
    case 'undrain':
      await target.undrain(command.slot, lease);
      return { detail: `${command.slot} serves again` };
    case 'settle':
      return unlessDown(command.slot, ['backend', 'worker'], means, () => settle(command.slot, means));
    case 'stop':
      await target.stop(command.slot, lease);
      return { detail: `${command.slot} is stopped` };
  }
}

async function switchTo(slot: Slot, from: Slot | null, { target, lease }: Means): Promise<Finding> {
  const { effectiveMs, at } = await target.switchTo(slot, lease);
  const switched = { slot, effectiveMs, at };
  const detail = `the front door answers from ${slot} after ${Math.round(effectiveMs)} ms`;
  if (from === null) return { detail, switched };
  const counted = await target.inFlight(from).catch(() => undefined);
  if (counted === undefined) return { detail, switched, issue: `What was in flight in ${from} at the switch could not be counted.` };
  return { detail: `${detail}; ${from} holds ${inWords(counted)}`, switched, counted };
}

async function drain(slot: Slot, to: Slot, { target, lease }: Means): Promise<Finding> {
  await target.drain(slot, to, crypto.randomUUID(), lease);
  return { detail: `${slot} asks its sessions to move to ${to}` };
}

/** A slot that is about to be replaced may still hold what an interrupted run left there. */
async function vacate(slot: Slot, to: Slot | null, means: Means): Promise<Finding> {
  const finding = await unlessDown(slot, ['backend', 'worker'], means, async () => {
    const left = await means.target.inFlight(slot);
    if (isIdle(left) || to === null) return { detail: `${slot} has ${inWords(left)} in flight`, left };
    await means.target.pauseWork(slot, means.lease);
    await drain(slot, to, means);
    return settle(slot, means);
  });
  if (finding.left === undefined || isIdle(finding.left)) return finding;
  throw new RolloutError('drain-failed', `${finding.detail}, so it cannot be replaced yet.`, {
    untouched: `${slot} runs as before.`,
    next: to === null ? `Roll back to ${slot}, which still serves them, or name the other slot.` : 'Deploy again when that has ended.',
  });
}

/** A service that has ended holds nothing any more: that must not keep a fix for it from being deployed. */
async function unlessDown(
  slot: Slot,
  services: readonly ServiceName[],
  { target }: Means,
  effect: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await effect();
  } catch (error) {
    if (isLeaseLost(error)) throw error;
    const probes = await target.probe(slot);
    const down = probes.filter(({ service, state }) => state === 'down' && services.includes(service)).map(({ service }) => service);
    if (down.length === 0) throw error;
    const what = `${down.join(' and ')} of ${slot} had ended`;
    return { detail: `${what}: nothing to do`, issue: `${what} by itself; what it held is taken up by the other slot.` };
  }
}

async function addressesOf(slot: Slot, target: Target): Promise<SlotAddresses> {
  const { addresses } = (await target.describe()).slots[slot];
  if (addresses === null) throw new Error(`${slot} has no private addresses; nothing runs there`);
  return addresses;
}
