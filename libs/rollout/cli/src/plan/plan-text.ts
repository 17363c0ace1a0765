import { isatty } from 'node:tty';
import type { PreflightItem } from '@devplatform/rollout-gates';
import { createColors } from 'picocolors';
import { lockLines } from './lock.ts';
import { pendingLines } from './pending.ts';
import type { PlanAnswer } from './plan.ts';
import { short, slotsText } from './slots.ts';
import { stepLines } from './steps.ts';
import { underWayLines } from './under-way.ts';

/** From the top: what, then how, then whether. */
export function planText(answer: PlanAnswer): string {
  const { red, yellow, green, bold } = createColors(isatty(1));
  const { next, digest, to, blockers, warnings, checks } = answer;
  const section = (title: string, lines: readonly string[]): string => `${bold(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const mark = ({ status, warning }: PreflightItem): string => (status !== 'passed' ? red('✗') : warning ? yellow('!') : green('✓'));
  const width = Math.max(...checks.map(({ name }) => name.length));
  const whether =
    blockers.length === 0
      ? green('✓ It could be deployed now')
      : red(`✗ It cannot be deployed now: ${counted(blockers.length, 'blocker')}`);
  const caveat = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`;
  return [
    `${next}${digest === null ? '' : ` (${short(digest)})`} to ${to}. Nothing was changed, and no lock was taken.`,
    slotsText(answer.slots),
    section('Steps', stepLines(answer.steps)),
    section('Migrations', pendingLines(answer.migrations)),
    section('Under way', underWayLines(answer.underWay)),
    section('Lock', lockLines(answer.lock)),
    section(
      'Preflight',
      checks.map((item) => `${mark(item)} ${item.name.padEnd(width)}  ${item.detail}`),
    ),
    [
      `${whether}${caveat}.`,
      ...blockers.map((text) => `  ${red('✗')} ${text}`),
      ...warnings.map((text) => `  ${yellow('!')} ${text}`),
    ].join('\n'),
  ].join('\n\n');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
