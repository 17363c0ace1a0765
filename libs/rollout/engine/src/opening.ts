import type { Clock } from './clock.ts';
import type { DeploymentLog } from './deployment-record.ts';
import { RolloutError } from './error.ts';
import type { RolloutEvent } from './event.ts';
import { nothingUnfinished } from './failure.ts';
import { refusal, unfinished, type History } from './history.ts';
import type { Journal, ReopenVerb, RunKind, Wanted } from './journal.ts';
import { Lock } from './lock.ts';
import type { Target } from './target.ts';

/** What a run is, before anything of it has happened. */
export interface Identity {
  readonly kind: RunKind;
  readonly deployer: string;
  readonly wanted: Wanted | null;
}

interface Means {
  readonly target: Target;
  readonly journal: Journal;
  readonly log: DeploymentLog;
  readonly clock: Clock;
  readonly onEvent: (event: RolloutEvent) => void;
}

/** The lock of a new run. Throws `locked`, and `unfinished` where the last one was cut off. */
export async function takeFor(id: string, { kind, deployer }: Identity, means: Means): Promise<Lock> {
  const lock = await Lock.take(means.target, { who: deployer, deploymentId: id }, means.clock);
  return holding(lock, async () => {
    const left = await unfinished(means).catch((error: unknown) => {
      if (kind !== 'rollback' || !isDamage(error)) throw error;
      // Users come first: what an earlier run left in flight is handed over by this one, too.
      means.onEvent({ type: 'note', text: error.message });
      return null;
    });
    if (left !== null) throw refusal(left);
    return lock;
  });
}

/** The lock of the run that was cut off, and what its journal says. Throws `nothing-unfinished`, or `locked` where it still runs. */
export async function takeAgain(
  verb: ReopenVerb,
  deployer: string,
  means: Means,
): Promise<{ readonly lock: Lock; readonly history: History }> {
  const seen = await unfinished(means);
  if (seen === null) throw nothingUnfinished(verb);
  const lock = await Lock.take(means.target, { who: deployer, deploymentId: seen.id }, means.clock);
  return holding(lock, async () => {
    // Whoever held it may have ended it meanwhile.
    const history = await unfinished(means);
    if (history?.id !== seen.id) throw nothingUnfinished(verb);
    return { lock, history };
  });
}

async function holding<T>(lock: Lock, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

const isDamage = (error: unknown): error is RolloutError =>
  error instanceof RolloutError && (error.code === 'journal-damaged' || error.code === 'log-damaged');
