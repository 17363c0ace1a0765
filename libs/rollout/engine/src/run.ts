import type { Slot } from '@devplatform/contracts';
import { Unaccounted } from './account.ts';
import type { Clock } from './clock.ts';
import { wording, type GateName } from './command.ts';
import type { DeploymentLog, DeploymentRecord } from './deployment-record.ts';
import { RolloutError } from './error.ts';
import type { RolloutEvent } from './event.ts';
import { inStep, interruption, reasonOf, stranded, undone } from './failure.ts';
import type { Finding } from './finding.ts';
import { GateRefusal, type Gate } from './gate.ts';
import { standing, whereabouts, type History } from './history.ts';
import type { Journal, JournalEntry, ReopenVerb, RunKind, Unstamped, WayBack } from './journal.ts';
import { isLeaseLost, type Lock } from './lock.ts';
import { Logbook } from './logbook.ts';
import { takeAgain, takeFor, type Identity } from './opening.ts';
import { perform } from './perform.ts';
import { toJournal, undoOf, type Plan } from './plan.ts';
import type { Step } from './step.ts';
import type { Target } from './target.ts';
import { transition, type State } from './transition.ts';
import { Alarm, type Watch } from './watch.ts';
import { backFrom, backOnRequest } from './way-back.ts';

/** Everything outside of the engine that a run needs. */
export interface Ports {
  readonly target: Target;
  readonly gates: Readonly<Record<GateName, Gate>>;
  readonly watch: Watch;
  readonly journal: Journal;
  readonly log: DeploymentLog;
  readonly clock: Clock;
  readonly onEvent: (event: RolloutEvent) => void;
  /** Aborted by Ctrl-C: the step that runs is finished, then the run stops safely. */
  readonly signal: AbortSignal;
}

/** One deployment or rollback under its lock: carries out steps, writes the journal, and turns back where a vital step fails. */
export class Run implements AsyncDisposable {
  readonly #identity: Identity;
  readonly #ports: Ports;
  readonly #lock: Lock;
  readonly #history: History | null;
  readonly #logbook: Logbook;
  readonly #begun: Step[];
  /** Steps of the leg that is gone on with which need not be repeated. */
  #ended: readonly Step[] = [];
  #state: State;
  #plan: Plan | undefined;
  #turnedBack: boolean;
  #handoverId: string;
  #record: DeploymentRecord | undefined;

  private constructor(id: string, identity: Identity, ports: Ports, lock: Lock, history: History | null) {
    this.#identity = identity;
    this.#ports = ports;
    this.#lock = lock;
    this.#history = history;
    this.#logbook = new Logbook(id, ports.journal, ports.clock, history?.entries);
    this.#begun = [...(history?.begun ?? [])];
    this.#plan = history?.plan;
    this.#turnedBack = history?.back != null;
    this.#handoverId = history?.back?.handoverId ?? id;
    this.#state = start(identity.kind, this.#turnedBack);
  }

  /** Takes the lock; throws `locked` where somebody else has it, and `unfinished` where the last run was cut off. */
  static async open(identity: Identity, ports: Ports): Promise<Run> {
    const id = crypto.randomUUID();
    return new Run(id, identity, ports, await takeFor(id, identity, ports), null);
  }

  /** Takes the lock of the run that was cut off; throws `nothing-unfinished`, or `locked` where it still runs. */
  static async reopen(verb: ReopenVerb, deployer: string, ports: Ports): Promise<Run> {
    const { lock, history } = await takeAgain(verb, deployer, ports);
    const run = new Run(history.id, history, ports, lock, history);
    ports.onEvent({ type: 'note', text: `${verb}: the ${history.kind} ${history.id}, which was cut off ${whereabouts(history.entries)}` });
    try {
      if (!history.closed) await run.#write({ type: 'reopened', verb, deployer, fence: lock.fence });
      return run;
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Set once the run has ended. */
  get record(): DeploymentRecord | undefined {
    return this.#record;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }

  /**
   * Runs `steps` to a legal end: done, undone or stranded. Writes the record in any case, then throws what went wrong. Only where not
   * even the beginning could be written, there was no run: nothing is begun and nothing recorded.
   */
  async conclude(steps: () => Promise<void>): Promise<DeploymentRecord> {
    const { kind, deployer, wanted } = this.#identity;
    await this.#write({ type: 'opened', kind, target: this.#ports.target.name, deployer, fence: this.#lock.fence, wanted });
    return this.#conclude(steps);
  }

  /** The same for a run that was cut off; `steps` are asked for only where it was on its way forward. */
  async goOn(steps: (history: History) => Promise<void>): Promise<DeploymentRecord> {
    const history = this.#history;
    if (history === null) throw new Error('this run was not reopened');
    if (history.closed) return this.#fileMissing();
    const { back, plan } = history;
    const active = await this.#active();
    if (back !== null) return this.#close(await this.#goBack(cutOff(back.reason), back.way, active));
    this.#stand(plan?.steps ?? [], this.#logbook.entries, active);
    return this.#conclude(() => steps(history));
  }

  async announce(plan: Plan): Promise<void> {
    this.#plan = plan;
    await this.#write({ type: 'planned', plan: toJournal(plan) });
    const { from, to, previous, next } = plan;
    this.#ports.onEvent({ type: 'planned', id: this.#logbook.id, from, to, previous, next });
  }

  /** One after the other; an interruption is honoured between two steps. */
  async through(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.#ended.includes(step)) continue;
      if (this.#ports.signal.aborted) throw interruption();
      await this.#perform(step);
    }
  }

  async #conclude(work: () => Promise<void>): Promise<DeploymentRecord> {
    let error: RolloutError | undefined;
    try {
      await work();
      this.#state = transition(this.#state, 'finish');
    } catch (cause) {
      error = await this.#turnBack(cause);
    }
    return this.#close(error);
  }

  async #close(error: RolloutError | undefined): Promise<DeploymentRecord> {
    this.#turnedBack = true;
    await this.#write({ type: 'closed', active: await this.#active().catch(() => null) });
    return this.#file(error);
  }

  /** Of a run that has ended: nothing else is left to do, so a log that cannot be written is what went wrong. */
  async #fileMissing(): Promise<DeploymentRecord> {
    const record = this.#logbook.record();
    await this.#ports.log.append(record);
    this.#record = record;
    this.#ports.onEvent({ type: 'closed', record });
    return record;
  }

  async #file(error: RolloutError | undefined): Promise<DeploymentRecord> {
    const record = this.#logbook.record();
    this.#record = record;
    await this.#ports.log.append(record).catch((cause: unknown) => {
      this.#ports.onEvent({ type: 'note', text: `the deployment log could not be written: ${reasonOf(cause)}` });
    });
    this.#ports.onEvent({ type: 'closed', record });
    if (error !== undefined) throw error;
    return record;
  }

  async #perform(step: Step): Promise<void> {
    const { clock, onEvent } = this.#ports;
    const next = transition(this.#state, step.name);
    const begin = clock.now();
    try {
      await this.#write({ type: 'doing', step: step.name, command: step.command });
      if (!this.#begun.includes(step)) this.#begun.push(step);
      onEvent({ type: 'step-started', step: step.name, does: wording(step.command) });
      const means = {
        ...this.#ports,
        signal: this.#turnedBack ? new AbortController().signal : this.#ports.signal,
        note: (text: string) => {
          onEvent({ type: 'note', text });
        },
        handoverId: this.#handoverId,
        ...this.#logbook.learnt(),
      };
      const finding = await this.#lock.during(step.name, (lease) => perform(step.command, { ...means, lease }));
      const ms = Math.round(clock.now() - begin);
      await this.#write({ type: 'done', step: step.name, ms, finding });
      for (const check of finding.gate?.checks ?? []) onEvent({ type: 'gate', gate: step.name, check });
      onEvent({ type: 'step-done', step: step.name, ms, detail: finding.detail });
    } catch (cause) {
      await this.#failed(step, Math.round(clock.now() - begin), cause);
      if (step.vital || isLeaseLost(cause)) throw inStep(step.name, cause);
    }
    this.#state = next;
  }

  async #failed(step: Step, ms: number, cause: unknown): Promise<void> {
    const detail = reasonOf(cause);
    const finding = { detail, ...evidenceOf(cause) };
    await this.#write({ type: 'failed', step: step.name, ms, finding }).catch(() => undefined);
    for (const check of finding.gate?.checks ?? []) this.#ports.onEvent({ type: 'gate', gate: step.name, check });
    this.#ports.onEvent({ type: 'step-failed', step: step.name, ms, detail });
  }

  async #turnBack(cause: unknown): Promise<RolloutError> {
    const error = this.#ports.signal.aborted && cause instanceof GateRefusal ? interruption() : inStep('prepare', cause);
    if (isLeaseLost(error)) return this.#strand(error, 'somebody else holds the lock');
    if (this.#switched() && error.code === 'interrupted')
      return this.#strand(error, `the front door had moved already; left to do: ${this.#left()}`);
    const onRequest = error.code === 'aborted';
    if (this.#state === 'settled' && !onRequest) return this.#strand(error, 'going back would not bring back what is missing');
    const active = await this.#active().catch(() => null);
    const way = onRequest ? backOnRequest(this.#identity.kind, this.#begun, this.#plan, active) : backFrom(this.#begun);
    this.#ports.onEvent({ type: 'turning-back', reason: error.message });
    this.#turnedBack = true;
    this.#handoverId = crypto.randomUUID();
    this.#state = transition(this.#state, 'turn-back');
    await this.#write({ type: 'turned-back', reason: error.message, handoverId: this.#handoverId, way });
    return this.#goBack(error, way, active);
  }

  async #goBack(error: RolloutError, { steps, blocked }: WayBack, active: Slot | null): Promise<RolloutError> {
    const switched = this.#switched();
    const leg = steps.map(undoOf);
    try {
      this.#stand(leg, this.#logbook.wayBack, active);
      for (const step of leg) if (!this.#ended.includes(step)) await this.#perform(step);
      if (blocked !== null) return this.#strand(error, `there was nothing to go back to from the step ${blocked}`);
      const now = await this.#active();
      if (now !== null && now !== this.#plan?.from && switched) return this.#strand(error, `the front door answers from ${now}`);
    } catch (failure) {
      return this.#strand(error, reasonOf(failure));
    }
    this.#state = transition(this.#state, 'give-up');
    return undone(error, this.#plan, switched);
  }

  /** Where the run is on this leg, as far as journal and front door say it. */
  #stand(steps: readonly Step[], entries: readonly JournalEntry[], active: Slot | null): void {
    const { done, state } = standing({ steps, start: start(this.#identity.kind, this.#turnedBack), entries }, active);
    this.#ended = steps.slice(0, done);
    this.#state = state;
  }

  #switched(): boolean {
    return this.#begun.some(({ name }) => name === 'switch');
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
  #write(entry: Unstamped): Promise<void> {
    return this.#logbook.write(entry, { state: this.#state, must: !this.#turnedBack });
  }
}

/** What a refusal was based on. */
function evidenceOf(cause: unknown): Partial<Finding> {
  if (cause instanceof GateRefusal) return { gate: cause.result };
  if (cause instanceof Unaccounted && cause.summary !== null) return { ledger: cause.summary };
  return cause instanceof Alarm ? { measures: [...cause.measures] } : {};
}

const start = (kind: RunKind, turnedBack: boolean): State => (kind === 'deploy' && !turnedBack ? 'locked' : 'returning');

/** The reason is in the journal; what it was as an error went with the process. */
const cutOff = (reason: string): RolloutError =>
  new RolloutError('unfinished', reason, { untouched: 'No step was left half-way.', next: 'Remove the cause and run it again.' });
