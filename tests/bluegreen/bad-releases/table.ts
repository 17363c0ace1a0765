import Table from 'cli-table3';
import type { Judged } from './judgement.ts';

const seconds = (ms: number | null): string => (ms === null ? '' : (ms / 1000).toFixed(1));

/** One line each. */
export function tableOf(cases: readonly Judged[]): string {
  const table = new Table({
    head: ['', 'release', 'expected', 'caught by', 's to verdict', 's to last bad answer', 'requests failed', 'edits lost'],
    colWidths: [3, 26, 14, 48, 10, 12, 14, 12],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right'],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const {
    title,
    expected,
    caughtBy,
    msToVerdict,
    msToLastSent,
    msToLastAnswer,
    requests,
    failedRequests,
    edits,
    editsLost,
    faults,
  } of cases)
    table.push([
      ...[faults.length === 0 ? '✓' : '✗', title, expected, caughtBy, seconds(msToVerdict)],
      msToLastAnswer === null ? '' : `${seconds(msToLastAnswer)} (sent ${seconds(msToLastSent)})`,
      ...[`${failedRequests} of ${requests}`, `${editsLost} of ${edits}`],
    ]);
  return table.toString();
}
