import { Slot } from '@devplatform/contracts';
import type { Configuration } from '@devplatform/rollout-config';
import { deploy, planDeployment, type Aftercare } from '@devplatform/rollout-engine';
import { type Command, Option } from 'commander';
import { detach } from '../detached.ts';
import { deployer, openTarget, readConfiguration } from '../environment.ts';
import { duration, releaseTag, several } from './arguments.ts';
import { readinessOption, runOptions, running, type RunFlags } from './running.ts';
import { examples, reporterOf, service, verb } from './verb.ts';

export interface DeployFlags extends RunFlags {
  readonly slot?: Slot;
  readonly release?: string;
  readonly monitor?: number;
  /** false: --no-bake. */
  readonly bake?: number | boolean;
  readonly dryRun?: true;
  readonly detach?: true;
}

export function addDeploy(root: Command): void {
  const command = verb(root, 'deploy', 'Brings a release to the inactive slot, tests it there and moves the users to it.')
    .addArgument(service())
    .addOption(new Option('--slot <slot>', 'where to (default: the inactive slot)').choices(Slot.options))
    .option('--release <tag>', 'for example v1.3.0 (default: the newest one)', releaseTag);
  runOptions(readinessOption(command))
    .option('--monitor <time>', 'how long the new slot is watched after the switch (default: as configured)', duration)
    .option('--bake <time>', 'how long it is watched before the old slot is decommissioned (default: as configured)', duration)
    .option('--no-bake', 'the old slot stays as it is, parked warm')
    .option('--acknowledge <name>', 'say what the checklist asks of a person; may be given several times', several)
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--detach', 'go on in the background; `npx nx log backend` and `status` show it')
    .addHelpText(
      'after',
      examples(
        'npx nx deploy backend',
        'npx nx deploy backend --slot green --release v1.3.0',
        'npx nx deploy backend --monitor 5m --bake 1h --detach',
        'npx nx deploy backend --acknowledge on-call --acknowledge rollback-reviewed',
        'npx nx deploy backend --dry-run',
      ),
    )
    .action(async (_service: string, flags: DeployFlags) => {
      if (flags.dryRun || flags.detach) {
        const target = openTarget(flags);
        const release = await target.resolveRelease(flags.release);
        const after = aftercare(flags, await readConfiguration(flags));
        const plan = planDeployment(await target.describe(), flags.slot, release, after);
        if (flags.dryRun) {
          reporterOf(flags.json).plan(plan);
          return;
        }
        // Wrong use is said here, where somebody is looking.
        const detached = detach(flags.home);
        reporterOf(flags.json).answer(detached, `It goes on as process ${detached.pid}; what it says is in ${detached.output}.`);
        return;
      }
      const wanted = { ...(flags.slot && { slot: flags.slot }), ...(flags.release && { release: flags.release }) };
      await running('deploy', flags, (ports, { configuration }) =>
        deploy({ deployer: deployer(), ...wanted, after: aftercare(flags, configuration) }, ports),
      );
    });
}

/** The configuration's, but for what was asked for. */
export function aftercare(
  { monitor: monitorMs, bake: bakeMs }: Pick<DeployFlags, 'monitor' | 'bake'>,
  { monitor, bake, decommission }: Configuration,
): Aftercare {
  return {
    monitorMs: monitorMs ?? monitor.forMs,
    bakeMs: bakeMs === false ? 0 : typeof bakeMs === 'number' ? bakeMs : bake.forMs,
    decommission: decommission.how,
    quietMs: decommission.quietMs,
  };
}
