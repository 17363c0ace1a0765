import { planRollback, rollback } from '@devplatform/rollout-engine';
import type { Command } from 'commander';
import { deployer, openTarget } from '../environment.ts';
import { rehearse, rehearsalText } from '../rehearsal.ts';
import { runOptions, running, type RunFlags } from './running.ts';
import { examples, reporterOf, service, verb } from './verb.ts';

interface RollbackFlags extends RunFlags {
  readonly dryRun?: true;
  readonly rehearse?: true;
}

export function addRollback(root: Command): void {
  runOptions(
    verb(root, 'rollback', 'Moves the users back to the previous slot, in seconds. The database schema stays as it is.').addArgument(
      service(),
    ),
  )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--rehearse', 'go back and then forth again, with requests all the time, and say how long each took')
    .addHelpText('after', examples('npx nx rollback backend', 'npx nx rollback backend --dry-run', 'npx nx rollback backend --rehearse'))
    .action(async (_service: string, flags: RollbackFlags) => {
      if (flags.dryRun) {
        reporterOf(flags.json).plan(planRollback(await openTarget(flags).describe()));
      } else if (flags.rehearse) {
        await running('rollback', flags, async (ports, { report }) => {
          const { rehearsal, record } = await rehearse({ deployer: deployer() }, ports);
          report.end();
          report.answer(rehearsal, rehearsalText(rehearsal));
          return record;
        });
      } else {
        await running('rollback', flags, (ports) => rollback({ deployer: deployer() }, ports));
      }
    });
}
