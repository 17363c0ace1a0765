import type { Slot } from '@devplatform/contracts';
import type { DeploymentLog } from './deployment-record.ts';
import { RolloutError } from './error.ts';
import type { Journal, JournalEntry, RunKind, Wanted, WayBack } from './journal.ts';
import { fromJournal, type Plan } from './plan.ts';
import { step, type Step } from './step.ts';
import { transition, type State } from './transition.ts';

/** What the journal says of a run: of one whose process is gone nothing else is known. */
export interface History {
  readonly entries: readonly JournalEntry[];
  readonly id: string;
  readonly kind: RunKind;
  readonly deployer: string;
  readonly wanted: Wanted | null;
  /** undefined: it had not come so far. */
  readonly plan: Plan | undefined;
  /** Steps whose effect may have happened, on the way forward. */
  readonly begun: readonly Step[];
  /** Set once it was going back; `reason` is why. */
  readonly back: { readonly reason: string; readonly handoverId: string; readonly way: WayBack } | null;
  readonly closed: boolean;
}

/** Throws where entries are missing that every run has. */
export function historyOf(entries: readonly JournalEntry[]): History {
  const [opened] = entries;
  if (opened?.type !== 'opened') throw new Error('the journal does not begin with "opened"');
  const { id, kind, deployer, wanted } = opened;
  const planned = entries.find((entry) => entry.type === 'planned')?.plan;
  const plan = planned && fromJournal(planned);
  const turned = entries.findIndex(({ type }) => type === 'turned-back');
  const forward = turned < 0 ? entries : entries.slice(0, turned);
  const names = new Set(forward.flatMap((entry) => (entry.type === 'doing' ? entry.step : [])));
  const begun = plan?.steps.filter(({ name }) => names.has(name)) ?? (names.has('prepare') ? [step({ do: 'prepare' })] : []);
  const back = entries.find((entry) => entry.type === 'turned-back') ?? null;
  return { entries, id, kind, deployer, wanted, plan, begun, back, closed: entries.at(-1)?.type === 'closed' };
}

/** The last run, where it has not come to its end: it was cut off, or runs right now. null: it has ended, or there was none. */
export async function unfinished({ journal, log }: { readonly journal: Journal; readonly log: DeploymentLog }): Promise<History | null> {
  const entries = await journal.last();
  if (entries === null) return null;
  const history = historyOf(entries);
  // The record is written last. A journal that had no room for its own end is not one of a run that was cut off.
  const recorded = await log.has(history.id).catch((error: unknown) => {
    if (history.closed) throw error;
    return false;
  });
  if (recorded) return null;
  if (!history.closed && isEarlierFormat(history)) throw unreadable(history);
  return history;
}

/** Before plans were written with their way back, and deployments with what they were asked for. */
const isEarlierFormat = ({ kind, plan, wanted }: History): boolean =>
  plan === undefined ? kind === 'deploy' && wanted === null : plan.steps.length === 0;

const unreadable = ({ id, kind, deployer, entries }: History): RolloutError =>
  new RolloutError(
    'journal-damaged',
    `The ${kind} ${id} of ${deployer} was cut off ${whereabouts(entries)}, and its journal is of an earlier format: what it planned is not in it.`,
    {
      untouched: 'Nothing was changed.',
      next: 'Look at `npx nx status backend`, move the journal elsewhere, and then deploy or roll back: both first hand over what is still in flight.',
    },
  );

export function refusal({ id, kind, deployer, entries }: History): RolloutError {
  const at = entries[0]?.at ?? '';
  return new RolloutError('unfinished', `The ${kind} ${id}, begun by ${deployer} at ${at}, was cut off ${whereabouts(entries)}.`, {
    untouched: 'Nothing was changed.',
    next: 'Finish it with `npx nx resume backend`, or take it back with `npx nx abort backend`; then run this again.',
  });
}

/** `at the step switch`, for the operator. */
export function whereabouts(entries: readonly JournalEntry[]): string {
  const last = entries.findLast((entry) => entry.type === 'doing');
  return last === undefined ? 'before its first step' : `at the step ${last.step}`;
}

/** Steps that follow each other, from the state in which the first begins. */
export interface Leg {
  readonly steps: readonly Step[];
  readonly start: State;
  /** The journal since the leg began. */
  readonly entries: readonly JournalEntry[];
}

/**
 * How many steps of the leg stay done, and the state after them. Only where the front door has moved is it gone on from there;
 * before that everything is done again, which every step allows, because nobody knows whether what passed the gates still
 * runs. Memory is never trusted over the front door.
 */
export function standing({ steps, start, entries }: Leg, active: Slot | null): { readonly done: number; readonly state: State } {
  const at = steps.findIndex(({ command }) => command.do === 'switch' && command.slot === active);
  const begun = entries.some((entry) => entry.type === 'doing' && entry.step === 'switch');
  if (at < 0 || !begun) return { done: 0, state: start };
  const ended = endedOf(steps, entries);
  const open = steps.findIndex(({ name }, place) => place >= at && !ended.has(name));
  const done = open < 0 ? steps.length : open;
  return { done, state: steps.slice(0, done).reduce((state, { name }) => transition(state, name), start) };
}

/** A step that is begun again takes those after it with it: what they did was done to something else. */
function endedOf(steps: readonly Step[], entries: readonly JournalEntry[]): ReadonlySet<string> {
  const ended = new Set<string>();
  for (const entry of entries) {
    const at = entry.type === 'doing' ? steps.findIndex(({ name }) => name === entry.step) : -1;
    if (at >= 0) for (const { name } of steps.slice(at)) ended.delete(name);
    if (isEnd(entry, steps)) ended.add(entry.step);
  }
  return ended;
}

type StepEnd = Extract<JournalEntry, { type: 'done' | 'failed' }>;

/** The failure of a step that is not vital ends it, too. */
const isEnd = (entry: JournalEntry, steps: readonly Step[]): entry is StepEnd =>
  entry.type === 'done' || (entry.type === 'failed' && steps.some(({ name, vital }) => name === entry.step && !vital));
