import type { LedgerCounts, Slot } from '@devplatform/contracts';
import { account } from './account.ts';
import type { Clock } from './clock.ts';
import type { Command, GateName } from './command.ts';
import { decommission } from './decommission.ts';
import { RolloutError } from './error.ts';
import type { RolloutEvent } from './event.ts';
import { reasonOf } from './failure.ts';
import type { Finding } from './finding.ts';
import { pass, type Gate } from './gate.ts';
import { countsInWords } from './ledger-summary.ts';
import { isLeaseLost } from './lock.ts';
import type { Observation } from './observation.ts';
import { inWords, isIdle, settle } from './settle.ts';
import type { Addresses, Lease, ServiceProbe, ServiceRole, Target } from './target.ts';
import { watch, type Watch } from './watch.ts';

/** What carries out a command. */
export interface Means {
  readonly target: Target;
  readonly gates: Readonly<Record<GateName, Gate>>;
  readonly watch: Watch;
  readonly onEvent: (event: RolloutEvent) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly lease: Lease;
  readonly note: (line: string) => void;
  /** Of the switch that the run makes or has made last: its ledger, and the drain, are known by it. */
  readonly handoverId: string;
  /** What the run's own journal says was counted then; see Finding. */
  readonly counted: LedgerCounts | null | undefined;
  /** What the run's own journal says of both slots before the release was touched. */
  readonly before: Observation | null;
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
      return unlessDown(command.slot, ['web'], means, () => drain(command.slot, command.to, means.handoverId, means));
    case 'undrain':
      await target.undrain(command.slot, lease);
      return { detail: `${command.slot} serves again` };
    case 'settle':
      return withEnded(command.slot, means, await settle(command.slot, means));
    case 'account':
      return account(command, means);
    case 'observe':
      return { detail: 'both slots were asked for their counts', observed: await target.observe() };
    case 'monitor':
    case 'bake':
      return watch({ ...command, step: command.do, before: means.before }, means);
    case 'decommission':
      return decommission(command, means);
    case 'stop':
      await target.stop(command.slot, lease);
      return { detail: `${command.slot} is stopped` };
  }
}

async function switchTo(slot: Slot, from: Slot | null, { target, lease, handoverId }: Means): Promise<Finding> {
  // Nobody waits for it: users are to be moved, and only where nothing can be counted it matters.
  const before = from === null ? [] : target.probe(from).catch(() => []);
  const { effectiveMs, at } = await target.switchTo(slot, lease);
  const switched = { slot, effectiveMs, at };
  const detail = `the front door answers from ${slot} after ${Math.round(effectiveMs)} ms`;
  if (from === null) return { detail, switched };
  try {
    const counted = await target.openLedger(from, slot, handoverId, lease);
    return { detail: `${detail}; ${from} holds ${countsInWords(counted)}`, switched, counted };
  } catch (error) {
    if (isLeaseLost(error)) throw error;
    const wasDown = (await before).some(({ role, state }) => role === 'web' && state === 'down');
    if (!wasDown) return { detail, switched, issue: `What was under way in ${from} could not be counted: ${reasonOf(error)}` };
    return {
      detail,
      switched,
      counted: null,
      issue: `What takes requests in ${from} had ended before the switch: it had nothing to hand over.`,
    };
  }
}

async function drain(slot: Slot, to: Slot, handoverId: string, { target, lease }: Means): Promise<Finding> {
  await target.drain(slot, to, handoverId, lease);
  return { detail: `${slot} asks its sessions to move to ${to}` };
}

/** A slot that is about to be replaced may still hold what an interrupted run left there. */
async function vacate(slot: Slot, to: Slot | null, means: Means): Promise<Finding> {
  const finding = await unlessDown(slot, ['web', 'worker'], means, async () => {
    const left = await means.target.inFlight(slot);
    if (isIdle(left) || to === null) return { detail: `${slot} has ${inWords(left)} in flight`, left };
    await means.target.pauseWork(slot, means.lease);
    await drain(slot, to, crypto.randomUUID(), means);
    return settle(slot, means);
  });
  if (finding.left === undefined || isIdle(finding.left)) return finding;
  throw new RolloutError('drain-failed', `${finding.detail}, so it cannot be replaced yet.`, {
    untouched: `${slot} runs as before.`,
    next: to === null ? `Roll back to ${slot}, which still serves them, or name the other slot.` : 'Deploy again when that has ended.',
  });
}

/** Zeros of a service that has ended are true, and no reason to say nothing. */
async function withEnded(slot: Slot, { target }: Means, finding: Finding): Promise<Finding> {
  const down = (await target.probe(slot)).filter(({ role, state }) => state === 'down' && role !== 'static');
  return down.length === 0 ? finding : { ...finding, issue: ended(slot, down) };
}

const ended = (slot: Slot, down: readonly ServiceProbe[]): string =>
  `${down.map(({ service }) => service).join(' and ')} of ${slot} had ended by itself; what it held is taken up by the other slot.`;

/** A service that has ended holds nothing any more: that must not keep a fix for it from being deployed. */
async function unlessDown(slot: Slot, roles: readonly ServiceRole[], { target }: Means, effect: () => Promise<Finding>): Promise<Finding> {
  try {
    return await effect();
  } catch (error) {
    if (isLeaseLost(error)) throw error;
    const probes = await target.probe(slot);
    const down = probes.filter(({ role, state }) => state === 'down' && roles.includes(role));
    if (down.length === 0) throw error;
    const issue = ended(slot, down);
    return { detail: `nothing to do: ${issue}`, issue };
  }
}

async function addressesOf(slot: Slot, target: Target): Promise<Addresses> {
  const { addresses } = (await target.describe()).slots[slot];
  if (addresses === null) throw new Error(`${slot} has no private addresses; nothing runs there`);
  return addresses;
}
