import type { DeploymentLog, Environment, Journal, Plan, Release, Target } from '@devplatform/rollout-engine';
import type { PreflightItem, PreflightOptions, Room } from '@devplatform/rollout-gates';
import { checklist } from './checklist.ts';
import { holderText, lockNow, type LockNow } from './lock.ts';
import { pendingMigrations, type PendingMigration } from './pending.ts';
import type { Survey } from './preflight-facts.ts';
import { slotChanges, type SlotChange } from './slots.ts';
import { plannedSteps, type PlannedStep } from './steps.ts';
import { underWay, type UnderWay } from './under-way.ts';

/** The answer of `nx plan backend`: what a deployment would do, and what is in its way. */
export interface PlanAnswer extends Omit<Plan, 'steps'> {
  readonly type: 'plan';
  /** Nothing is in the way. */
  readonly possible: boolean;
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
  readonly slots: readonly SlotChange[];
  readonly steps: readonly PlannedStep[];
  /** null: the database does not run. */
  readonly migrations: readonly PendingMigration[] | null;
  readonly underWay: UnderWay | null;
  /** Bytes; null: it cannot be measured. */
  readonly room: Room | null;
  readonly lock: LockNow;
  readonly checks: readonly PreflightItem[];
}

export interface PlanRequest {
  /** A tag; the newest one for undefined. */
  readonly release: string | undefined;
  /** What the engine would do. Throws `slot-active` for a wanted slot that serves. */
  readonly plan: (environment: Environment, release: Release) => Plan;
}

/** Where the plan looks; it takes no lock and changes nothing. */
export interface PlanSources {
  readonly target: Pick<Target, 'describe' | 'resolveRelease' | 'inFlight'>;
  readonly survey: Survey;
  readonly journal: Journal;
  readonly log: DeploymentLog;
  readonly preflight: PreflightOptions;
}

/** Throws `unknown-release`, and `slot-active` as a deployment would. */
export async function planOf(request: PlanRequest, { target, survey, journal, log, preflight }: PlanSources): Promise<PlanAnswer> {
  const release = await target.resolveRelease(request.release);
  const environment = await target.describe();
  const plan = request.plan(environment, release);
  const { to } = plan;
  const [names, seen, room, lock, checks] = await Promise.all([
    survey.pending(release).catch(() => null),
    underWay(plan, target),
    survey.room(to).catch(() => null),
    lockNow(survey.lockHolder(), { journal, log }),
    checklist(release, to, environment.exists, preflight),
  ]);
  const blockers = [
    ...(lock.holder === null ? [] : [`lock: ${holderText(lock.holder)}`]),
    ...(lock.unfinished === null ? [] : [`unfinished run: ${lock.unfinished}`]),
    ...checks.filter(({ status }) => status !== 'passed').map(said),
  ];
  const silent = seen !== null && seen.inFlight === null ? [`under way: ${seen.slot} does not say`] : [];
  const again =
    plan.from !== null && environment.slots[plan.from].digest === plan.digest
      ? [`release: ${plan.from} serves this very artifact already`]
      : [];
  const warnings = [...again, ...silent, ...checks.filter(({ warning }) => warning).map(said)];
  return {
    ...{ type: 'plan', possible: blockers.length === 0, blockers, warnings },
    ...plan,
    ...{ slots: slotChanges(environment, plan), steps: plannedSteps(plan), migrations: pendingMigrations(release, names) },
    ...{ underWay: seen, room, lock, checks },
  };
}

const said = ({ name, detail }: PreflightItem): string => `${name}: ${detail}`;
