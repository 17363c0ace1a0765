import type { DeploymentRecord } from './deployment-record.ts';
import { RolloutError } from './error.ts';
import { bringUpAndPlan } from './deployment.ts';
import { abortion } from './failure.ts';
import { planRollback } from './rollback.ts';
import { Run, type Ports } from './run.ts';

/**
 * Finishes the run that was cut off: what was begun is repeated, and if it was going back it goes on going back. The same
 * errors and records as `deploy` and `rollback`; throws `nothing-unfinished`, and `locked` where it still runs.
 */
export async function resume(request: { readonly deployer: string }, ports: Ports): Promise<DeploymentRecord> {
  await using run = await Run.reopen('resume', request.deployer, ports);
  return await run.goOn(async ({ kind, plan, wanted }) => {
    if (plan !== undefined) return run.through(plan.steps);
    if (kind === 'deploy' && wanted !== null) return bringUpAndPlan(run, wanted, ports.target);
    const rollback = planRollback(await ports.target.describe());
    await run.announce(rollback);
    await run.through(rollback.steps);
  });
}

/** Takes back everything that the run which was cut off had begun. Throws where something could not be, as it does for `resume`. */
export async function abort(request: { readonly deployer: string }, ports: Ports): Promise<DeploymentRecord> {
  await using run = await Run.reopen('abort', request.deployer, ports);
  return await run
    .goOn(() => Promise.reject(abortion()))
    .catch((error: unknown) => {
      const record = run.record;
      if (record?.outcome === 'undone' && error instanceof RolloutError) return record;
      throw error;
    });
}
