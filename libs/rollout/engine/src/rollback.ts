import { otherSlot, type Slot } from '@devplatform/contracts';
import { RolloutError } from './error.ts';
import type { Plan } from './plan.ts';
import { Run, type Ports } from './run.ts';
import { attempt, step, type Step } from './step.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { Environment } from './target.ts';

/**
 * The way back: traffic first, then workers, then sockets; the schema never, because migrations are backward compatible.
 * It is a rollback, and the end of a deployment that fails after the switch.
 */
export const wayBack = ({ bad, good, tag }: { bad: Slot; good: Slot; tag: string }): readonly Step[] => [
  attempt({ do: 'undrain', slot: good }),
  step({ do: 'gate', gate: 'standby', slot: good, tag }),
  step({ do: 'switch', slot: good, from: bad }),
  attempt({ do: 'start-work', slot: good }),
  attempt({ do: 'pause-work', slot: bad }),
  attempt({ do: 'drain', slot: bad, to: good }),
  attempt({ do: 'settle', slot: bad }),
  attempt({ do: 'account', from: bad, to: good }),
];

/** Throws `nothing-deployed`, or `no-way-back` where the previous release does not run any more. */
export function planRollback({ active, previous, slots }: Environment): Plan {
  if (active === null && previous === null) {
    throw new RolloutError('nothing-deployed', 'Nothing serves, so there is nothing to go back from.', {
      untouched: 'Nothing was changed.',
      next: 'Deploy a release first.',
    });
  }
  const tag = previous === null ? null : slots[previous].release;
  if (previous === null || tag === null || !slots[previous].running) {
    const why = tag === null ? 'no earlier release is deployed' : `${tag} does not run any more`;
    throw new RolloutError('no-way-back', `There is no way back: ${why}.`, {
      untouched: 'Traffic stays where it was; nothing was changed.',
      next: 'Deploy the earlier release to the inactive slot by its tag.',
    });
  }
  const bad = active ?? otherSlot(previous);
  return {
    ...{ from: bad, to: previous, previous: slots[bad].release, next: tag, digest: slots[previous].digest },
    steps: wayBack({ bad, good: previous, tag }),
  };
}

/** Puts users back on the previous slot, in seconds. The same errors and records as `deploy`. */
export async function rollback(request: { readonly deployer: string }, ports: Ports): Promise<DeploymentRecord> {
  planRollback(await ports.target.describe());
  await using run = await Run.open('rollback', request.deployer, ports);
  return await run.conclude(async () => {
    const plan = planRollback(await ports.target.describe());
    await run.announce(plan);
    await run.through(plan.steps);
  });
}
