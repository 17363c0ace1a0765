import { otherSlot } from '@devplatform/contracts';
import { RolloutError } from './error.ts';
import type { Plan } from './plan.ts';
import { Run, type Ports } from './run.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { Environment } from './target.ts';
import { wayBack } from './way-back.ts';

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
  await using run = await Run.open({ kind: 'rollback', deployer: request.deployer, wanted: null }, ports);
  return await run.conclude(async () => {
    const plan = planRollback(await ports.target.describe());
    await run.announce(plan);
    await run.through(plan.steps);
  });
}
