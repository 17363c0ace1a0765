import { stripVTControlCharacters, styleText } from 'node:util';
import type { Judgement, LocatedFinding } from '../input/migration-case.ts';
import { Axis, verdictOf } from '../verdict.ts';

type Style = Parameters<typeof styleText>[0];

const STYLES = { safe: 'green', unsafe: 'red', unknown: 'yellow' } as const;
const LINES_OF_A_STATEMENT = 6;

/** For people: where, why and the safe way of each finding, then one line with the verdict on each axis. */
export function textReport(judgement: Judgement, colours: boolean): string {
  const styled = (style: Style, text: string): string => (colours ? styleText(style, text, { validateStream: false }) : text);
  const notes = [
    ...judgement.ledger.map((sentence) => `ledger   ${printable(sentence)}`),
    ...judgement.allowed.map((sentence) => `allowed  ${printable(sentence)}`),
  ];
  const findings = judgement.findings.map((finding) => findingText(finding, styled));
  return [...findings, ...(notes.length > 0 ? [notes.join('\n')] : []), verdictLine(judgement, styled)].join('\n\n');
}

function findingText(finding: LocatedFinding, styled: (style: Style, text: string) => string): string {
  const { source, line, kind, verdict, rule, statement, message, rewrite } = finding;
  const head = `${styled('bold', `${printable(source)}:${line}`)}  ${styled(STYLES[verdict], verdict)}  ${kind}  ${rule}`;
  const lines = printable(statement).trimEnd().split('\n');
  const shown = lines.length > LINES_OF_A_STATEMENT ? [...lines.slice(0, LINES_OF_A_STATEMENT), '…'] : lines;
  return [
    head,
    ...shown.map((one) => styled('dim', `    ${one}`)),
    indented('  why   ', printable(message)),
    indented('  safe  ', printable(rewrite)),
  ].join('\n');
}

const indented = (label: string, text: string): string => label + text.trim().replaceAll('\n', `\n${' '.repeat(label.length)}`);

function verdictLine({ verdict, findings, migrations, statements }: Judgement, styled: (style: Style, text: string) => string): string {
  const axes = Axis.options.map((axis) => {
    const on = verdictOf(findings.filter(({ kind }) => kind === axis));
    return `${axis} ${styled(STYLES[on], on)}`;
  });
  const counted = `${statements} ${statements === 1 ? 'statement' : 'statements'} in ${migrations} ${migrations === 1 ? 'migration' : 'migrations'}`;
  return `${styled(['bold', STYLES[verdict]], verdict)}: ${axes.join(', ')} (${counted})`;
}

/** Text of a file must not move the cursor or set a title; line breaks and tabs stay. */
const printable = (text: string): string => stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]+/gu, ' ');
