import { LedgerKind, LedgerOutcome, type Ledger, type LedgerRow } from '@devplatform/contracts';
import { endOf, summaryOf, type Target } from '@devplatform/rollout-engine';
import Table from 'cli-table3';
import { lastRecord } from './status.ts';

/** The ledger of the last switch. */
export interface LedgerStatus {
  readonly type: 'ledger';
  /** null: nothing was switched yet, or nobody could write one. */
  readonly ledger: Ledger | null;
  /** The run that made the switch goes on: what is open may still be closed. Afterwards it is lost. */
  readonly open: boolean;
}

export async function ledgerStatusOf(target: Pick<Target, 'describe' | 'ledger'>, home: string): Promise<LedgerStatus> {
  const { exists } = await target.describe();
  const ledger = exists ? await target.ledger('latest') : null;
  const record = await lastRecord(home);
  const ended = record !== null && ledger !== null && Date.parse(record.finishedAt) >= Date.parse(ledger.at);
  return { type: 'ledger', ledger, open: ledger !== null && !ended };
}

/** What needs no word: it crossed, or ended in order. */
const PLAIN: readonly LedgerOutcome[] = ['moved', 'finished', 'carried'];
/** The worst first. */
const SEVERITY: readonly LedgerOutcome[] = ['lost', 'doubled', 'forced', 'gone', 'left', 'quiet'];
const STYLE = { style: { head: [], border: [] } };

export function ledgerText({ ledger, open }: LedgerStatus): string {
  if (ledger === null) return 'There is no ledger: nothing was switched yet, or the old slot could not write one.';
  const { from, to, at, rows, handoverId } = ledger;
  const { longestGapMs } = summaryOf(ledger);
  const late = rows.filter((row) => row.late).length;
  const notes = [`Longest gap ${longestGapMs} ms.`, ...(late > 0 ? [`${late} came after the count.`] : [])];
  return [`${from} → ${to}, ${at}, handover ${handoverId}`, totals(ledger, open), notes.join(' '), ...names(rows, open)].join('\n');
}

const ended = (row: LedgerRow, open: boolean): LedgerOutcome | 'open' => (open && row.outcome === null ? 'open' : endOf(row));

/** By kind and outcome; columns that would be empty are left out. */
function totals({ counted, rows }: Ledger, open: boolean): string {
  const ends = ([...LedgerOutcome.options, 'open'] as const).filter((end) => rows.some((row) => ended(row, open) === end));
  const columns = ['counted', 'rows', ...ends];
  const table = new Table({ head: ['', ...columns], colAligns: ['left', ...columns.map(() => 'right' as const)], ...STYLE });
  for (const kind of LedgerKind.options) {
    const of = rows.filter((row) => row.kind === kind);
    table.push([`${kind}s`, counted[kind], of.length, ...ends.map((end) => of.filter((row) => ended(row, open) === end).length || '')]);
  }
  return table.toString();
}

function names(rows: readonly LedgerRow[], open: boolean): readonly string[] {
  const noted = rows.filter((row) => !PLAIN.includes(endOf(row)));
  const worst = noted.sort((a, b) => SEVERITY.indexOf(endOf(a)) - SEVERITY.indexOf(endOf(b)));
  return worst.map((row) => {
    const gap = row.gapMs > 0 ? `, ${row.gapMs} ms without a connection` : '';
    return `${ended(row, open).padEnd(8)} ${row.kind} ${row.item}${row.detail === '' ? '' : ` (${row.detail})`}${gap}`;
  });
}
