import type { Clock } from '@devplatform/rollout-engine';
import { createLogUpdate } from 'log-update';
import { createColors } from 'picocolors';
import { printable } from '../printable.ts';
import { frame, summaryOf, timesOf } from './frame.ts';
import type { Moment } from './moment.ts';

/** Where it is shown: standard output, or what a spec makes of it. */
export type Screen = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>>;

/** How often times are brought up to date between two samples: on a terminal, and elsewhere. */
const REDRAW_MS = 1_000;
const SAY_MS = 10_000;

/**
 * Shows the new slot's measures while it is watched. On a terminal as a table that is drawn again in place; elsewhere as lines: at the
 * first sample, whenever a verdict changes, and at least every ten seconds. The cursor is never hidden and stands below the table
 * after every write, so that a process which ends at any moment, killed ones included, leaves the terminal usable and the last table on it.
 */
export class LiveWatch implements Disposable {
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #colours: ReturnType<typeof createColors>;
  readonly #draw: ReturnType<typeof createLogUpdate> | undefined;
  #moment: Moment | undefined;
  #lookedAt = 0;
  #saidAt = 0;
  #ticking: AbortController | undefined;

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen;
    this.#clock = clock;
    const terminal = screen.isTTY === true;
    this.#colours = createColors(terminal);
    if (terminal) this.#draw = createLogUpdate(sized(screen) as unknown as NodeJS.WritableStream, { showCursor: true });
  }

  /** At every sample. The first one begins a watch; until `end` this keeps the process alive. */
  show(moment: Moment): void {
    const last = this.#moment?.step === moment.step ? this.#moment : undefined;
    this.#moment = moment;
    this.#lookedAt = this.#clock.now();
    if (this.#draw !== undefined) this.#redraw();
    else this.#say(moment, last);
    if (this.#ticking !== undefined) return;
    this.#ticking = new AbortController();
    void this.#tick(this.#ticking.signal);
  }

  /** Writes lines that stay, above the table; whatever else is written to the terminal during a watch must come this way. */
  above(text: string): void {
    if (this.#draw === undefined || this.#moment === undefined) {
      this.#screen.write(`${text}\n`);
      return;
    }
    this.#draw.persist(text);
    this.#redraw();
  }

  /** Leaves the last table where it is. Nothing happens where nothing is watched. */
  end(): void {
    this.#ticking?.abort();
    this.#ticking = undefined;
    if (this.#moment !== undefined) this.#draw?.done();
    this.#moment = undefined;
  }

  [Symbol.dispose](): void {
    this.end();
  }

  async #tick(signal: AbortSignal): Promise<void> {
    for (;;) {
      const untilDue = this.#draw === undefined ? this.#saidAt + SAY_MS - this.#clock.now() : REDRAW_MS;
      await this.#clock.sleep(Math.max(untilDue, 1), signal);
      if (signal.aborted) return;
      if (this.#draw !== undefined) this.#redraw();
      else if (this.#clock.now() - this.#saidAt >= SAY_MS) this.#line(summaryOf(this.#moment?.measures ?? []));
    }
  }

  #redraw(): void {
    const moment = this.#now();
    if (moment === undefined) return;
    const silentMs = this.#clock.now() - this.#lookedAt;
    this.#draw?.(frame({ moment, silentMs, columns: sized(this.#screen).columns, colours: this.#colours }));
  }

  #say({ measures }: Moment, last: Moment | undefined): void {
    if (last === undefined) {
      this.#line(summaryOf(measures));
      return;
    }
    const changes = measures.flatMap(({ name, verdict, figure }) => {
      const before = last.measures.find((measure) => measure.name === name)?.verdict ?? 'unknown';
      return before === verdict ? [] : [printable(`${name} ${before} → ${verdict} (${figure})`)];
    });
    if (changes.length > 0) this.#line(changes.join(', '));
    else if (this.#clock.now() - this.#saidAt >= SAY_MS) this.#line(summaryOf(measures));
  }

  #line(text: string): void {
    const moment = this.#now();
    if (moment === undefined) return;
    this.#screen.write(`… ${timesOf(moment)}${text === '' ? '' : `: ${text}`}\n`);
    this.#saidAt = this.#clock.now();
  }

  /** The last sample, with the time that has passed since. */
  #now(): Moment | undefined {
    if (this.#moment === undefined) return undefined;
    const { elapsedMs, remainingMs } = this.#moment;
    const passed = Math.min(this.#clock.now() - this.#lookedAt, remainingMs);
    return { ...this.#moment, elapsedMs: elapsedMs + passed, remainingMs: remainingMs - passed };
  }
}

/** A terminal without a window, such as a CI system's, says 0 or nothing of its size. */
const sized = (screen: Screen) => ({
  isTTY: true,
  get columns() {
    return screen.columns || 80;
  },
  get rows() {
    return screen.rows || 24;
  },
  write: (text: string) => screen.write(text),
});
