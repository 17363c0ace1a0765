import { LedgerKind, type Ledger, type LedgerCounts, type LedgerOutcome, type LedgerRow } from '@devplatform/contracts';
import { endOf } from './ledger-summary.ts';

/** Milliseconds that a session may be without a usable connection, as HANDOVER.md promises it even after a crash. */
const GAP_LIMIT_MS = 3000;
/** Rows that are named; the rest is in the ledger itself. */
const NAMED = 10;

/** What must not have become of anything. */
const BAD: readonly LedgerOutcome[] = ['lost', 'doubled', 'forced'];

/** Still going on in the old slot. Uploads, jobs and pages are in no slot's memory: they need not end for a switch to end. */
export const isUnderWay = ({ kind, outcome }: LedgerRow): boolean => outcome === null && (kind === 'socket' || kind === 'request');

/** Somebody may have had the answer: a slot that was killed between answering and booking leaves such a row, and nobody can tell. */
const fate = (row: LedgerRow): string => (row.kind === 'request' && row.outcome === null ? 'without an end in the books' : endOf(row));

/** `socket 5f0c… (scene …) lost` */
const named = (row: LedgerRow): string => `${row.kind} ${row.item}${row.detail === '' ? '' : ` (${row.detail})`} ${fate(row)}`;

/**
 * Why a ledger does not add up, one sentence each; empty: it does. `counted` is the engine's own book. That a client vanished, a
 * page fell quiet or a user left is no fault of a switch.
 */
export function faultsOf({ rows }: Pick<Ledger, 'rows'>, counted: LedgerCounts): readonly string[] {
  const bad = rows.filter((row) => BAD.includes(endOf(row)));
  const waited = rows.filter(({ gapMs }) => gapMs > GAP_LIMIT_MS);
  const culprits = [...bad.map(named), ...waited.map((row) => `${named(row)} after ${row.gapMs} ms without a connection`)];
  const sums = LedgerKind.options.flatMap((kind) => {
    const listed = rows.filter((row) => row.kind === kind && !row.late).length;
    return listed === counted[kind] ? [] : [`${counted[kind]} of the kind ${kind} were counted, ${listed} have a row`];
  });
  const rest = culprits.length > NAMED ? [`and ${culprits.length - NAMED} more`] : [];
  return [...sums, ...culprits.slice(0, NAMED), ...rest];
}
