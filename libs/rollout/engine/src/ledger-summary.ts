import { LedgerKind, LedgerOutcome, type Ledger, type LedgerCounts, type LedgerRow } from '@devplatform/contracts';
import { z } from 'zod';

/** The end of a ledger in figures, for the deployment log. */
export const LedgerSummary = z.object({
  /** How many of each kind ended how; what nobody closed is `lost`. */
  outcomes: z.partialRecord(LedgerKind, z.partialRecord(LedgerOutcome, z.int())),
  /** Milliseconds, as the clients measured them. */
  longestGapMs: z.int(),
});
export type LedgerSummary = z.infer<typeof LedgerSummary>;

/** What became of it, once nobody writes any more. */
export const endOf = ({ outcome }: Pick<LedgerRow, 'outcome'>): LedgerOutcome => outcome ?? 'lost';

export function summaryOf({ rows }: Pick<Ledger, 'rows'>): LedgerSummary {
  const outcomes: LedgerSummary['outcomes'] = {};
  for (const row of rows) {
    const ends = (outcomes[row.kind] ??= {});
    ends[endOf(row)] = (ends[endOf(row)] ?? 0) + 1;
  }
  return { outcomes, longestGapMs: rows.reduce((most, { gapMs }) => Math.max(most, gapMs), 0) };
}

/** `12 sockets, 1 job`; `nothing`. */
export function countsInWords(counts: Partial<LedgerCounts>): string {
  const parts = LedgerKind.options.flatMap((kind) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** `12 sockets moved; 1 job carried; longest gap 0 ms`. */
export function summaryInWords({ outcomes, longestGapMs }: LedgerSummary): string {
  const ends = LedgerOutcome.options.flatMap((outcome) => {
    const counts = Object.fromEntries(Object.entries(outcomes).map(([kind, of]) => [kind, of[outcome] ?? 0])) as Partial<LedgerCounts>;
    const words = countsInWords(counts);
    return words === 'nothing' ? [] : [`${words} ${outcome}`];
  });
  return [...(ends.length === 0 ? ['nothing was under way'] : ends), `longest gap ${longestGapMs} ms`].join('; ');
}
