import { abort, resume } from '@devplatform/rollout-engine';
import type { Command } from 'commander';
import { deployer } from '../environment.ts';
import { several } from './arguments.ts';
import { readinessOption, runOptions, running, type RunFlags } from './running.ts';
import { examples, service, verb } from './verb.ts';

export function addResume(root: Command): void {
  const command = verb(root, 'resume', 'Finishes a deployment or rollback whose process was killed or stopped at once.').addArgument(
    service(),
  );
  readinessOption(runOptions(command))
    .option('--acknowledge <name>', 'say what the checklist asks of a person; may be given several times', several)
    .addHelpText('after', examples('npx nx resume backend', 'npx nx resume backend --json'))
    .action(async (_service: string, flags: RunFlags) => {
      await running('resume', flags, (ports) => resume({ deployer: deployer() }, ports));
    });
}

export function addAbort(root: Command): void {
  runOptions(
    verb(
      root,
      'abort',
      'Takes back everything that such a deployment or rollback had begun. The database schema stays as it is.',
    ).addArgument(service()),
  )
    .addHelpText('after', examples('npx nx abort backend', 'npx nx abort backend --json'))
    .action(async (_service: string, flags: RunFlags) => {
      await running('abort', flags, (ports) => abort({ deployer: deployer() }, ports));
    });
}
