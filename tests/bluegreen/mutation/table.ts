import type { Row } from './mutation.ts';
import type { Verdict } from './verdict.ts';

/** rule × control × test × result, one line each, with the reason below. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ rule, control, test, verdict, seconds }) => [rule, control, test, verdict.kind, seconds.toFixed(1)]);
  const head = ['rule', 'control', 'test', 'result', 's'];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 4 ? cell.padStart(widths[4] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ');
  const body = rows.flatMap(({ verdict }, i) => [line(cells[i] ?? []), `${' '.repeat((widths[0] ?? 0) + 2)}${reasonOf(verdict)}`]);
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body].join('\n');
}

export const reasonOf = (verdict: Verdict): string => (verdict.kind === 'green' ? 'the test does not notice' : verdict.why);

export const lastLineOf = (rows: readonly Row[]): string => `${rows.filter(isRed).length} of ${rows.length} controls are red`;

export const isRed = ({ verdict }: Row): boolean => verdict.kind === 'red';
