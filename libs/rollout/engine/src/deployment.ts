import type { Slot } from '@devplatform/contracts';
import type { DeploymentRecord } from './deployment-record.ts';
import { Aftercare, type Wanted } from './journal.ts';
import { identify, type Plan, type Sides } from './plan.ts';
import type { Release } from './release.ts';
import { Run, type Ports } from './run.ts';
import { attempt, step, type Step } from './step.ts';
import type { Environment, Target } from './target.ts';
import { wayBack } from './way-back.ts';

export interface DeployRequest {
  /** The inactive one where it is left out. */
  readonly slot?: Slot;
  /** A tag; the newest release where it is left out. */
  readonly release?: string;
  /** What happens after the switch; nothing where it is left out. */
  readonly after?: Partial<Aftercare>;
  /** user@host */
  readonly deployer: string;
}

const bringUp: Step = step({ do: 'prepare' });

/** The steps of the specification, each with what takes it back. */
export function planDeployment(
  environment: Environment,
  wanted: Slot | undefined,
  release: Release,
  after: Aftercare = Aftercare.parse({}),
): Plan {
  const { from, to } = identify(environment, wanted);
  const { tag, digest } = release;
  const previous = from === null ? null : environment.slots[from].release;
  const occupied = environment.slots[to].running;

  // Only who serves now is known to be good: one that merely runs may be what an earlier run could not stop.
  const returning = from === null || environment.active === null ? null : wayBack({ bad: to, good: from, tag: previous ?? 'unknown' });
  const stopping = [attempt({ do: 'stop', slot: to })];

  const steps: readonly Step[] = [
    bringUp,
    step({ do: 'gate', gate: 'preflight', slot: to, tag }),
    ...(after.monitorMs + after.bakeMs > 0 ? [step({ do: 'observe' })] : []),
    step({ do: 'migrate', release }), //                                     stays: it is backward compatible
    ...(occupied ? [step({ do: 'vacate', slot: to, to: from })] : []),
    step({ do: 'deploy', slot: to, release }, stopping),
    step({ do: 'gate', gate: 'readiness', slot: to, tag }),
    step({ do: 'gate', gate: 'smoke', slot: to, tag }),
    step({ do: 'switch', slot: to, from }, returning), //                    takes back all that follows, too
    step({ do: 'start-work', slot: to }),
    ...(from === null
      ? [...watching('monitor', after.monitorMs, { from, to }), ...watching('bake', after.bakeMs, { from, to })]
      : [
          step({ do: 'pause-work', slot: from }),
          step({ do: 'drain', slot: from, to }),
          ...watching('monitor', after.monitorMs, { from, to }), //          before the old slot is empty: a bad release is left at once
          attempt({ do: 'settle', slot: from }),
          step({ do: 'account', from, to }), //                              fails the run and moves nobody: that would bring nothing back
          ...watching('bake', after.bakeMs, { from, to }),
          ...(after.bakeMs > 0
            ? [
                attempt(
                  { do: 'decommission', slot: from, how: after.decommission, quietMs: after.quietMs },
                  after.decommission === 'park' ? [] : null,
                ),
              ]
            : []),
        ]),
  ];
  return { from, to, previous, next: tag, digest, steps };
}

/** Where nobody served before, it is said and nothing more: there is nothing to go back to. */
function watching(name: 'monitor' | 'bake', forMs: number, { from, to }: Sides): readonly Step[] {
  return forMs === 0 ? [] : [(from === null ? attempt : step)({ do: name, from, to, forMs })];
}

/**
 * Deploys a release to the inactive slot and moves the users there, or leaves everything as it was. Returns the record
 * that the deployment log got. Throws RolloutError: before the switch the new slot was stopped again, after it traffic is back, and
 * where neither could be done the error says what is left. A switch that cannot account for everything fails too (`unaccounted`).
 */
export async function deploy(request: DeployRequest, ports: Ports): Promise<DeploymentRecord> {
  const { target } = ports;
  const release = await target.resolveRelease(request.release);
  const after = Aftercare.parse(request.after ?? {});
  planDeployment(await target.describe(), request.slot, release, after);
  const wanted = { slot: request.slot ?? null, release, after };
  await using run = await Run.open({ kind: 'deploy', deployer: request.deployer, wanted }, ports);
  return await run.conclude(() => bringUpAndPlan(run, wanted, target));
}

/** Only under the lock, with a front door that is up and says which slot is active, it is certain what is to be done. */
export async function bringUpAndPlan(run: Run, { slot, release, after }: Wanted, target: Target): Promise<void> {
  await run.through([bringUp]);
  const plan = planDeployment(await target.describe(), slot ?? undefined, release, after);
  await run.announce(plan);
  await run.through(plan.steps.filter((next) => next !== bringUp));
}
