import type { LedgerCounts } from '@devplatform/contracts';
import { isoTime, type Clock } from './clock.ts';
import { recordOf, type DeploymentRecord } from './deployment-record.ts';
import { reasonOf, unwritable } from './failure.ts';
import { JournalEntry, type Journal, type Unstamped } from './journal.ts';
import type { Observation } from './observation.ts';
import type { State } from './transition.ts';

/** What one run has written to the journal so far, and what can be read from it: that, not memory, survives the process. */
export class Logbook {
  readonly #id: string;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #entries: JournalEntry[];
  readonly #unwritten: string[] = [];

  constructor(id: string, journal: Journal, clock: Clock, entries: readonly JournalEntry[] = []) {
    this.#id = id;
    this.#journal = journal;
    this.#clock = clock;
    this.#entries = [...entries];
  }

  /** Of the run. */
  get id(): string {
    return this.#id;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Since the run turned back. */
  get wayBack(): readonly JournalEntry[] {
    return this.#entries.slice(this.#entries.findIndex(({ type }) => type === 'turned-back'));
  }

  /** `must`: without it on the disk the run goes no further. On the way back that must not keep the run from going there. */
  async write(entry: Unstamped, { state, must }: { readonly state: State; readonly must: boolean }): Promise<void> {
    const stamped = JournalEntry.parse({ ...entry, id: this.#id, at: isoTime(this.#clock), state });
    try {
      await this.#journal.append(stamped);
    } catch (cause) {
      if (must) throw unwritable(cause, entry.type === 'opened');
      this.#unwritten.push(`The journal could not be written: ${reasonOf(cause)}`);
    }
    this.#entries.push(stamped);
  }

  /** What earlier steps brought to light and later ones need; see Finding. */
  learnt(): { readonly counted: LedgerCounts | null | undefined; readonly before: Observation | null } {
    const findings = this.#entries.flatMap((entry) => (entry.type === 'done' ? entry.finding : []));
    return {
      counted: findings.findLast(({ switched }) => switched !== undefined)?.counted,
      before: findings.findLast(({ observed }) => observed !== undefined)?.observed ?? null,
    };
  }

  record(): DeploymentRecord {
    return recordOf(this.#entries, this.#unwritten);
  }
}
