import type { Ledger, LedgerCounts, Slot } from '@devplatform/contracts';
import type { Clock } from './clock.ts';
import { RolloutError } from './error.ts';
import { interruption, reasonOf } from './failure.ts';
import type { Finding } from './finding.ts';
import { faultsOf, isUnderWay } from './ledger-faults.ts';
import { type LedgerSummary, summaryInWords, summaryOf } from './ledger-summary.ts';
import type { Target } from './target.ts';

/** For what the slots write in batches; the old slot has said before that nothing is in flight. */
const LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 250;

/** A switch that cannot account for everything has failed, even if nobody complained. */
export class Unaccounted extends RolloutError {
  /** null: there is no ledger at all. */
  readonly summary: LedgerSummary | null;

  constructor({ from, to }: Sides, faults: readonly string[], ledger: Ledger | null) {
    super('unaccounted', `The switch from ${from} to ${to} cannot account for everything: ${faults.join('; ')}.`, {
      untouched: `Traffic stays on ${to}, and ${from} is as it was left.`,
      next: 'The whole ledger: `npx nx status backend --ledger`.',
    });
    this.name = 'Unaccounted';
    this.summary = ledger && summaryOf(ledger);
  }
}

interface Sides {
  readonly from: Slot;
  readonly to: Slot;
}

interface Books {
  readonly target: Pick<Target, 'ledger'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly handoverId: string;
  /** The engine's own book: what the old slot counted at the switch; null: it was down by then; undefined: it did not say. */
  readonly counted: LedgerCounts | null | undefined;
}

/** Adds up what the slots wrote against what was counted at the switch. Throws Unaccounted. */
export async function account(sides: Sides, books: Books): Promise<Finding> {
  const { counted } = books;
  if (counted === undefined) throw new Unaccounted(sides, [`nobody counted what ${sides.from} had under way`], null);
  if (counted === null) return { detail: `${sides.from} had nothing to hand over` };
  const ledger = await closed(books).catch((error: unknown) => {
    if (error instanceof RolloutError && error.code === 'interrupted') throw error;
    throw new Unaccounted(sides, [reasonOf(error)], null);
  });
  const faults = ledger === null ? ['no slot wrote a ledger'] : faultsOf(ledger, counted);
  if (ledger === null || faults.length > 0) throw new Unaccounted(sides, faults, ledger);
  const summary = summaryOf(ledger);
  return { detail: `everything is accounted for: ${summaryInWords(summary)}`, ledger: summary };
}

/** The ledger when nothing in it is still going on in the old slot, or as it is at the limit. */
async function closed({ target, clock, signal, handoverId }: Books): Promise<Ledger | null> {
  const start = clock.now();
  for (;;) {
    const late = clock.now() - start >= LIMIT_MS;
    try {
      const ledger = await target.ledger(handoverId);
      if (late || (ledger !== null && !ledger.rows.some(isUnderWay))) return ledger;
    } catch (error) {
      // Whoever keeps the books may be away for a moment.
      if (late) throw error;
    }
    if (signal.aborted) throw interruption();
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
