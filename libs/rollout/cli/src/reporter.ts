import { isatty } from 'node:tty';
import {
  countsInWords,
  inWords,
  type Plan,
  RolloutError,
  type RolloutEvent,
  summaryInWords,
  systemClock,
  wording,
} from '@devplatform/rollout-engine';
import { createColors } from 'picocolors';
import { exitCode } from './exit-code.ts';
import { LiveWatch } from './live/live-watch.ts';

/** How a command talks: to people in lines, to programs in JSON. */
export interface Reporter {
  event(event: RolloutEvent): void;
  plan(plan: Plan): void;
  /** The run has ended, or was given up: what is drawn on the terminal stays as it is. */
  end(): void;
  /** The answer of a command that is no run. */
  answer(value: object, text: string): void;
  error(error: unknown): void;
}

type Write = (line: string) => void;
const out: Write = (line) => void process.stdout.write(`${line}\n`);
const err: Write = (line) => void process.stderr.write(`${line}\n`);

/** Standard output is JSON and nothing else, one value a line: each event as it happens, or the one answer. */
export const jsonReporter: Reporter = {
  event: (event) => {
    out(JSON.stringify(event));
  },
  plan: ({ steps, ...plan }) => {
    const described = steps.map(({ name, command, undo }) => ({
      ...{ step: name, does: wording(command) },
      undo: undo === null ? null : undo.map((step) => wording(step.command)),
    }));
    out(JSON.stringify({ type: 'plan', ...plan, steps: described }));
  },
  end: () => undefined,
  answer: (value) => {
    out(JSON.stringify(value));
  },
  error: (error) => {
    const message = error instanceof Error ? error.message : String(error);
    const hints = error instanceof RolloutError ? { code: error.code, untouched: error.untouched, next: error.next } : { code: 'failed' };
    out(JSON.stringify({ type: 'error', message, ...hints, exitCode: exitCode(error) }));
    err(message);
  },
};

const QUIET_FOR_MS = 1_000;

export class TextReporter implements Reporter {
  readonly #colour = createColors(isatty(1));
  /** Said already when they happened. */
  readonly #failures = new Set<string>();
  readonly #live = new LiveWatch(process.stdout, systemClock);
  #slow: NodeJS.Timeout | undefined;

  event(event: RolloutEvent): void {
    const { green, red, yellow, dim } = this.#colour;
    switch (event.type) {
      case 'planned': {
        const now = event.from === null ? 'nothing serves yet' : `${event.from} serves ${event.previous ?? 'an unknown release'}`;
        this.#say(`${event.next} to ${event.to}; ${now}`);
        break;
      }
      case 'step-started':
        // One line per step, and a sign of life where a step takes long.
        this.#slow = setTimeout(() => {
          this.#say(dim(`… ${event.step.padEnd(11)} ${event.does}`));
        }, QUIET_FOR_MS);
        break;
      case 'step-done':
        this.end();
        this.#say(`${green('✓')} ${event.step.padEnd(11)} ${duration(event.ms)}  ${event.detail}`);
        break;
      case 'step-failed':
        this.end();
        this.#failures.add(`${event.step}: ${event.detail}`);
        this.#say(`${red('✗')} ${event.step.padEnd(11)} ${duration(event.ms)}  ${event.detail}`);
        break;
      case 'gate': {
        const mark = event.check.status === 'passed' ? green('✓') : red('✗');
        this.#say(`    ${mark} ${event.check.name.padEnd(15)} ${duration(event.check.ms)}  ${event.check.detail}`);
        break;
      }
      case 'watched':
        clearTimeout(this.#slow);
        this.#live.show(event);
        break;
      case 'note':
        this.#say(dim(`    ${event.text}`));
        break;
      case 'turning-back':
        this.#say(yellow('Taking it back:'));
        break;
      case 'closed': {
        const { ledger, left, issues, outcome, slots } = event.record;
        if (ledger !== null) {
          const crossed = ledger.crossed === null ? 'nobody can say what became of it' : summaryInWords(ledger.crossed);
          this.#say(
            `Under way in the old slot at the switch: ${countsInWords(ledger.counted)}. ${crossed}. Left: ${left ? inWords(left) : 'unknown'}.`,
          );
        }
        for (const issue of issues) if (!this.#failures.has(issue)) this.#say(yellow(`! ${issue}`));
        if (outcome === 'done') this.#say(`${green('Done:')} ${slots.after ?? ''} serves ${event.record.version.next ?? ''}.`);
      }
    }
  }

  plan({ from, previous, to, next, steps }: Plan): void {
    const now = from === null ? 'nothing serves yet' : `${from} serves ${previous ?? 'an unknown release'}`;
    out(`Would bring ${next} to ${to}; ${now}. Nothing was changed.`);
    for (const [index, { name, command, undo }] of steps.entries()) {
      out(`${String(index + 1).padStart(2)}. ${name.padEnd(11)} ${wording(command)}`);
      for (const step of undo ?? []) out(this.#colour.dim(`                undo: ${wording(step.command)}`));
    }
  }

  end(): void {
    clearTimeout(this.#slow);
    this.#live.end();
  }

  /** Lines stay above whatever is drawn. */
  #say(line: string): void {
    this.#live.above(line);
  }

  answer(_value: object, text: string): void {
    out(text);
  }

  error(error: unknown): void {
    clearTimeout(this.#slow);
    const { red, dim } = createColors(isatty(2));
    err(`${red('✗')} ${error instanceof Error ? error.message : String(error)}`);
    if (!(error instanceof RolloutError)) return;
    err(`  ${dim('untouched')}  ${error.untouched}`);
    err(`  ${dim('next')}       ${error.next}`);
  }
}

/** Right-aligned in eight characters. */
const duration = (ms: number): string => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`).padStart(8);
