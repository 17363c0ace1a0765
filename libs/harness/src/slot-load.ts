import { readFileSync } from 'node:fs';
import type { Slot } from '@devplatform/contracts';
import { readRecord } from '@devplatform/embedded';
import { now } from './clock.ts';

/** What the backend of a slot used between two moments. */
export interface SlotLoad {
  /** Share of one core, 0–1. */
  readonly cpu: number;
  /** Largest resident memory in MB. */
  readonly peakMb: number;
}

/** Jiffies a second; Linux has had 100 for user space since 2.4. */
const HERTZ = 100;
const EVERY_MS = 250;

/** Samples the backend of one slot as the kernel accounts for it. */
export class SlotLoadMeter implements Disposable {
  readonly #pid: number;
  readonly #began = now();
  readonly #ticks: number;
  #peakMb = 0;
  readonly #timer = setInterval(() => {
    this.#sample();
  }, EVERY_MS);

  /** Throws where the slot's backend does not run. */
  constructor(home: string, slot: Slot) {
    const record = readRecord(home, `backend-${slot}`);
    if (record === null) throw new Error(`the backend of ${slot} does not run`);
    this.#pid = record.pid;
    this.#ticks = this.#used();
    this.#sample();
  }

  /** Since the meter was made. */
  read(): SlotLoad {
    this.#sample();
    return { cpu: (this.#used() - this.#ticks) / HERTZ / ((now() - this.#began) / 1000), peakMb: this.#peakMb };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(this.#proc('status'))?.[1] ?? 0) / 1024;
    this.#peakMb = Math.max(this.#peakMb, resident);
  }

  #used(): number {
    const stat = this.#proc('stat');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }

  /** A process that has ended uses nothing. */
  #proc(file: string): string {
    try {
      return readFileSync(`/proc/${this.#pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  }
}
