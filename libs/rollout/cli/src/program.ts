import { Command } from 'commander';
import { addDeploy } from './verbs/deploy.ts';
import { addDown } from './verbs/down.ts';
import { addLog } from './verbs/log.ts';
import { addPlan } from './verbs/plan.ts';
import { addAbort, addResume } from './verbs/reopening.ts';
import { addRollback } from './verbs/rollback.ts';
import { addStatus } from './verbs/status.ts';
import { EXIT_CODES } from './verbs/verb.ts';

/** The verbs of the command line; each parses its arguments, calls the engine and reports. Throws what goes wrong. */
export function program(): Command {
  const root = new Command('devplatform')
    .description('Deploys releases blue-green, without loss.')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help shows the options and examples)')
    .exitOverride();
  for (const add of [addPlan, addDeploy, addRollback, addResume, addAbort, addStatus, addLog, addDown]) add(root);
  return root;
}
