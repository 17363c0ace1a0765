import type { LedgerCounts, Slot } from '@devplatform/contracts';
import { isoTime, type Clock } from './clock.ts';
import { wording, type GateName } from './command.ts';
import { recordOf, type DeploymentLog, type DeploymentRecord } from './deployment-record.ts';
import { Unaccounted } from './account.ts';
import type { RolloutError } from './error.ts';
import type { RolloutEvent } from './event.ts';
import { inStep, interruption, reasonOf, stranded, undone, unwritable } from './failure.ts';
import { GateRefusal, type Gate } from './gate.ts';
import { JournalEntry, type Journal, type RunKind, type Unstamped } from './journal.ts';
import { isLeaseLost, Lock } from './lock.ts';
import { perform } from './perform.ts';
import { toJournal, type Plan } from './plan.ts';
import type { Step } from './step.ts';
import type { Target } from './target.ts';
import { transition, type State } from './transition.ts';

/** Everything outside of the engine that a run needs. */
export interface Ports {
  readonly target: Target;
  readonly gates: Readonly<Record<GateName, Gate>>;
  readonly journal: Journal;
  readonly log: DeploymentLog;
  readonly clock: Clock;
  readonly onEvent: (event: RolloutEvent) => void;
  /** Aborted by Ctrl-C: the step that runs is finished, then the run stops safely. */
  readonly signal: AbortSignal;
}

/** One deployment or rollback under its lock: carries out steps, writes the journal, and turns back where a vital step fails. */
export class Run implements AsyncDisposable {
  readonly #id: string;
  readonly #kind: RunKind;
  readonly #deployer: string;
  readonly #ports: Ports;
  readonly #lock: Lock;
  readonly #entries: JournalEntry[] = [];
  readonly #begun: Step[] = [];
  readonly #unwritten: string[] = [];
  #state: State;
  #plan: Plan | undefined;
  #turnedBack = false;
  #handoverId: string;

  private constructor(id: string, kind: RunKind, deployer: string, ports: Ports, lock: Lock) {
    this.#id = id;
    this.#kind = kind;
    this.#deployer = deployer;
    this.#ports = ports;
    this.#lock = lock;
    this.#handoverId = id;
    this.#state = kind === 'deploy' ? 'locked' : 'returning';
  }

  /** Takes the lock; throws `locked` where somebody else has it. */
  static async open(kind: RunKind, deployer: string, ports: Ports): Promise<Run> {
    const id = crypto.randomUUID();
    return new Run(id, kind, deployer, ports, await Lock.take(ports.target, { who: deployer, deploymentId: id }, ports.clock));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }

  /** Runs `steps` to a legal end: done, undone or stranded. Writes the record in any case, then throws what went wrong. */
  async conclude(steps: () => Promise<void>): Promise<DeploymentRecord> {
    let error: RolloutError | undefined;
    try {
      const { name: target } = this.#ports.target;
      await this.#write({ type: 'opened', kind: this.#kind, target, deployer: this.#deployer, fence: this.#lock.fence });
      await steps();
      this.#state = transition(this.#state, 'finish');
    } catch (cause) {
      error = await this.#turnBack(cause);
    }
    this.#turnedBack = true;
    await this.#write({ type: 'closed', active: await this.#active().catch(() => null) });
    const record = recordOf(this.#entries, this.#unwritten);
    await this.#ports.log.append(record).catch((cause: unknown) => {
      this.#ports.onEvent({ type: 'note', text: `the deployment log could not be written: ${reasonOf(cause)}` });
    });
    this.#ports.onEvent({ type: 'closed', record });
    if (error !== undefined) throw error;
    return record;
  }

  async announce(plan: Plan): Promise<void> {
    this.#plan = plan;
    await this.#write({ type: 'planned', plan: toJournal(plan) });
    const { from, to, previous, next } = plan;
    this.#ports.onEvent({ type: 'planned', from, to, previous, next });
  }

  /** One after the other; an interruption is honoured between two steps. */
  async through(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.#ports.signal.aborted) throw interruption();
      await this.#perform(step);
    }
  }

  async #perform(step: Step): Promise<void> {
    const { clock, onEvent } = this.#ports;
    const next = transition(this.#state, step.name);
    const start = clock.now();
    try {
      await this.#write({ type: 'doing', step: step.name, command: step.command });
      this.#begun.push(step);
      onEvent({ type: 'step-started', step: step.name, does: wording(step.command) });
      const means = {
        ...this.#ports,
        signal: this.#turnedBack ? new AbortController().signal : this.#ports.signal,
        note: (text: string) => {
          onEvent({ type: 'note', text });
        },
        handoverId: this.#handoverId,
        counted: this.#counted(),
      };
      const finding = await this.#lock.during(step.name, (lease) => perform(step.command, { ...means, lease }));
      const ms = Math.round(clock.now() - start);
      await this.#write({ type: 'done', step: step.name, ms, finding });
      for (const check of finding.gate?.checks ?? []) onEvent({ type: 'gate', gate: step.name, check });
      onEvent({ type: 'step-done', step: step.name, ms, detail: finding.detail });
    } catch (cause) {
      await this.#failed(step, Math.round(clock.now() - start), cause);
      if (step.vital || isLeaseLost(cause)) throw inStep(step.name, cause);
    }
    this.#state = next;
  }

  async #failed(step: Step, ms: number, cause: unknown): Promise<void> {
    const gate = cause instanceof GateRefusal ? { gate: cause.result } : {};
    const ledger = cause instanceof Unaccounted && cause.summary !== null ? { ledger: cause.summary } : {};
    const detail = reasonOf(cause);
    await this.#write({ type: 'failed', step: step.name, ms, finding: { detail, ...gate, ...ledger } }).catch(() => undefined);
    for (const check of gate.gate?.checks ?? []) this.#ports.onEvent({ type: 'gate', gate: step.name, check });
    this.#ports.onEvent({ type: 'step-failed', step: step.name, ms, detail });
  }

  /** Takes back in reverse order what was begun, the step that failed included: nobody knows how far it came. */
  async #turnBack(cause: unknown): Promise<RolloutError> {
    const error = this.#ports.signal.aborted && cause instanceof GateRefusal ? interruption() : inStep('prepare', cause);
    const switched = this.#begun.some(({ name }) => name === 'switch');
    if (isLeaseLost(error)) return this.#strand(error, 'somebody else holds the lock');
    if (switched && error.code === 'interrupted')
      return this.#strand(error, `the front door had moved already; left to do: ${this.#left()}`);
    if (this.#state === 'settled') return this.#strand(error, 'going back would not bring back what is missing');
    this.#ports.onEvent({ type: 'turning-back', reason: error.message });
    this.#turnedBack = true;
    this.#handoverId = crypto.randomUUID();
    this.#state = transition(this.#state, 'turn-back');
    await this.#write({ type: 'turned-back', reason: error.message });
    try {
      for (const { name, undo } of this.#begun.toReversed()) {
        if (undo === null) return this.#strand(error, `there was nothing to go back to from the step ${name}`);
        for (const step of undo) await this.#perform(step);
      }
      const active = await this.#active();
      if (active !== null && active !== this.#plan?.from && switched) return this.#strand(error, `the front door answers from ${active}`);
    } catch (failure) {
      return this.#strand(error, reasonOf(failure));
    }
    this.#state = transition(this.#state, 'give-up');
    return undone(error, this.#plan, switched);
  }

  #counted(): LedgerCounts | null | undefined {
    const findings = this.#entries.flatMap((entry) => (entry.type === 'done' ? entry.finding : []));
    return findings.findLast(({ switched }) => switched !== undefined)?.counted;
  }

  /** Memory is never trusted over the front door. */
  async #active(): Promise<Slot | null> {
    return (await this.#ports.target.describe()).active;
  }

  #strand(error: RolloutError, why: string): RolloutError {
    this.#state = transition(this.#state, 'strand');
    return stranded(error, why);
  }

  #left(): string {
    const left = this.#plan?.steps.filter((step) => !this.#begun.includes(step)) ?? [];
    return left.map(({ command }) => wording(command)).join('; ');
  }

  /** On the way back a journal that cannot be written must not keep the run from going there. */
  async #write(entry: Unstamped): Promise<void> {
    const stamped = JournalEntry.parse({ ...entry, id: this.#id, at: isoTime(this.#ports.clock), state: this.#state });
    try {
      await this.#ports.journal.append(stamped);
    } catch (cause) {
      if (!this.#turnedBack) throw unwritable(cause);
      this.#unwritten.push(`The journal could not be written: ${reasonOf(cause)}`);
    }
    this.#entries.push(stamped);
  }
}
