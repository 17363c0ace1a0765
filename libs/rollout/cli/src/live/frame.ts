import Table from 'cli-table3';
import type { createColors } from 'picocolors';
import { printable } from '../printable.ts';
import type { Moment } from './moment.ts';

type Colours = ReturnType<typeof createColors>;
type Measure = Moment['measures'][number];
type Verdict = Measure['verdict'];

/** Below this a figure is not readable; the terminal wraps it then. */
const MIN_FIGURE_WIDTH = 20;
/** Of the borders and the padding of three columns. */
const BORDERS = 10;

/** What is on the screen: a line of times, and a table of the measures where there are any. `columns`: of the terminal. */
export function frame({
  moment,
  silentMs,
  columns,
  colours,
}: {
  moment: Moment;
  silentMs: number;
  columns: number;
  colours: Colours;
}): string {
  const { measures } = moment;
  const head = `… ${timesOf(moment)}${silentMs >= 2_000 ? colours.dim(`, last looked ${inTime(silentMs)} ago`) : ''}`;
  if (measures.length === 0) return head;
  const widths = [widest(['measure', ...measures.map(({ name }) => printable(name))]), widest(['verdict', 'unknown'])] as const;
  const figure = Math.max(MIN_FIGURE_WIDTH, columns - widths[0] - widths[1] - BORDERS);
  const table = new Table({
    head: ['measure', 'verdict', 'figure'],
    style: { head: [], border: [], compact: true },
    colWidths: [widths[0] + 2, widths[1] + 2, Math.min(figure, widest(['figure', ...measures.map((each) => printable(each.figure))])) + 2],
    wordWrap: true,
  });
  for (const { name, verdict, figure: text } of measures) table.push([printable(name), coloured(verdict, colours), printable(text)]);
  return `${head}\n${table.toString()}`;
}

/** `monitor 30 s, 14 min 30 s left`. */
export const timesOf = ({ step, elapsedMs, remainingMs }: Omit<Moment, 'measures'>): string =>
  `${step} ${inTime(elapsedMs)}, ${inTime(Math.ceil(remainingMs / 1000) * 1000)} left`;

/** `5 ok, P95 soft (2.4 s, limit 2 s), cannot tell yet: memory, CPU`; empty where nothing is measured. */
export function summaryOf(measures: readonly Measure[]): string {
  const ok = measures.filter(({ verdict }) => verdict === 'ok').length;
  const bad = measures.filter(({ verdict }) => verdict === 'soft' || verdict === 'hard');
  const unknown = measures.filter(({ verdict }) => verdict === 'unknown').map(({ name }) => name);
  const parts = [
    ...(ok > 0 ? [`${ok} ok`] : []),
    ...bad.map(({ name, verdict, figure }) => `${name} ${verdict} (${figure})`),
    ...(unknown.length > 0 ? [`cannot tell yet: ${unknown.join(', ')}`] : []),
  ];
  return printable(parts.join(', '));
}

function coloured(verdict: Verdict, { green, yellow, red, dim }: Colours): string {
  const colour = { ok: green, soft: yellow, hard: red, unknown: dim };
  return colour[verdict](verdict);
}

const widest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));

/** Whole seconds: `1 h 0 min`, `14 min 30 s`, `8 s`. */
function inTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`;
}
