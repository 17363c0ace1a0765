import type { StepName } from './command.ts';
import { RolloutError, type RolloutErrorCode } from './error.ts';
import type { Plan } from './plan.ts';

const CODE: Readonly<Record<StepName, RolloutErrorCode>> = {
  prepare: 'environment-broken',
  preflight: 'gate-failed',
  observe: 'environment-broken',
  migrate: 'migration-failed',
  vacate: 'drain-failed',
  deploy: 'deploy-failed',
  readiness: 'gate-failed',
  smoke: 'gate-failed',
  standby: 'gate-failed',
  switch: 'switch-failed',
  'start-work': 'switch-failed',
  'pause-work': 'drain-failed',
  drain: 'drain-failed',
  undrain: 'drain-failed',
  settle: 'drain-failed',
  account: 'unaccounted',
  stop: 'deploy-failed',
  monitor: 'monitor-failed',
  bake: 'monitor-failed',
  decommission: 'drain-failed',
};

export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** An adapter's own RolloutError says it best; everything else gets the code of its step. */
export function inStep(step: StepName, cause: unknown): RolloutError {
  if (cause instanceof RolloutError) return cause;
  return new RolloutError(CODE[step], `The step ${step} failed: ${reasonOf(cause)}`, {
    untouched: 'No further step was begun.',
    next: 'Remove the cause and run it again: every step may be repeated.',
    cause,
  });
}

/** `first`: of all entries, so that there was no run. */
export const unwritable = (cause: unknown, first: boolean): RolloutError =>
  new RolloutError('environment-broken', `The journal could not be written: ${reasonOf(cause)}`, {
    untouched: first ? 'Nothing was changed.' : 'No further step was begun.',
    next: 'Make the journal writable (free disk space, permissions) and run it again.',
    cause,
  });

export const abortion = (): RolloutError =>
  new RolloutError('aborted', 'The run was aborted.', {
    untouched: 'The database schema stays as it is.',
    next: 'Nothing: it is as before the run.',
  });

export const nothingUnfinished = (verb: string): RolloutError =>
  new RolloutError('nothing-unfinished', `There is nothing to ${verb}: the last run came to its end.`, {
    untouched: 'Nothing was changed.',
    next: 'Look at `npx nx status backend`.',
  });

export const interruption = (): RolloutError =>
  new RolloutError('interrupted', 'The run was interrupted.', { untouched: 'No step was cut off half-way.', next: 'Run it again.' });

const serving = ({ from, previous }: Plan): string =>
  from === null ? 'Nothing served before, and nothing serves now.' : `${from} (${previous ?? 'unknown release'}) serves as before.`;

/** The run failed and everything is as it was before it. */
export function undone(cause: RolloutError, plan: Plan | undefined, switched: boolean): RolloutError {
  if (plan === undefined) return cause;
  const back = switched && plan.from !== null ? ` Traffic is on ${plan.from} again.` : '';
  const hints = { untouched: `${cause.untouched} ${serving(plan)}`, next: cause.next, cause };
  return new RolloutError(cause.code, `${cause.message}${back}`, hints);
}

/** The run failed, and what it did could not or must not be taken back. */
export function stranded(cause: RolloutError, why: string): RolloutError {
  return new RolloutError(cause.code, `${cause.message} It was not taken back: ${why}.`, {
    untouched: cause.untouched,
    next: `Look at the status; then deploy again or roll back. Both first hand over what is still in flight. ${cause.next}`,
    cause,
  });
}
