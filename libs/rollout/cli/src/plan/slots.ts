import { Slot } from '@devplatform/contracts';
import type { Environment, Plan } from '@devplatform/rollout-engine';
import Table from 'cli-table3';

export interface SlotMoment {
  readonly role: 'active' | 'way back' | 'inactive';
  /** null: nothing runs there. */
  readonly release: string | null;
  readonly digest: string | null;
}

export interface SlotChange {
  readonly slot: Slot;
  readonly now: SlotMoment;
  readonly after: SlotMoment;
}

const EMPTY: SlotMoment = { role: 'inactive', release: null, digest: null };

/** Both slots, before and after the plan was carried out. */
export function slotChanges({ active, previous, slots }: Environment, plan: Plan): readonly SlotChange[] {
  const ends = plan.steps.some(({ command }) => command.do === 'decommission' && command.how === 'stop');
  return Slot.options.map((slot) => {
    const { running, release, digest } = slots[slot];
    const now: SlotMoment =
      running || slot === active
        ? { role: slot === active ? 'active' : slot === previous ? 'way back' : 'inactive', release, digest }
        : EMPTY;
    if (slot === plan.to) return { slot, now, after: { role: 'active', release: plan.next, digest: plan.digest } };
    if (slot === plan.from) return { slot, now, after: ends ? EMPTY : { ...now, role: 'way back' } };
    return { slot, now, after: now };
  });
}

export function slotsText(changes: readonly SlotChange[]): string {
  const table = new Table({ head: ['slot', 'now', 'after'], style: { head: [], border: [] } });
  for (const { slot, now, after } of changes) table.push([slot, inWords(now), inWords(after)]);
  return table.toString();
}

const inWords = ({ role, release, digest }: SlotMoment): string =>
  release === null ? `nothing` : `${role}: ${release} ${digest === null ? '' : short(digest)}`.trim();

/** `2f98041dacab` */
export const short = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);
