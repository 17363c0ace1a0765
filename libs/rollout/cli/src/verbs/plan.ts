import { resolve } from 'node:path';
import { Slot } from '@devplatform/contracts';
import { planDeployment } from '@devplatform/rollout-engine';
import { type Command, Option } from 'commander';
import { openSurvey, openTarget, preflightOf, readConfiguration } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { fileJournal } from '../file-journal.ts';
import { fileLog } from '../log/file-log.ts';
import { planText } from '../plan/plan-text.ts';
import { planOf } from '../plan/plan.ts';
import { releaseTag, several } from './arguments.ts';
import { aftercare } from './deploy.ts';
import { examples, reporterOf, service, verb, type Common } from './verb.ts';

interface PlanFlags extends Common {
  readonly slot?: Slot;
  readonly release?: string;
  readonly config?: string;
  readonly acknowledge?: readonly string[];
}

export function addPlan(root: Command): void {
  verb(root, 'plan', 'Says what a deployment would do and what is in its way. Takes no lock and changes nothing.')
    .addArgument(service())
    .addOption(new Option('--slot <slot>', 'where to (default: the inactive slot)').choices(Slot.options))
    .option('--release <tag>', 'for example v1.3.0 (default: the newest one)', releaseTag)
    .option('--config <file>', 'configuration (default: bluegreen.config.ts at the root of the workspace)')
    .option('--acknowledge <name>', 'as for deploy; may be given several times', several)
    .addHelpText('after', examples('npx nx plan backend', 'npx nx plan backend --release v1.3.0', 'npx nx plan backend --json'))
    .action(async (_service: string, flags: PlanFlags) => {
      const configuration = await readConfiguration(flags);
      const home = resolve(flags.home);
      const answer = await planOf(
        {
          release: flags.release,
          plan: (environment, release) => planDeployment(environment, flags.slot, release, aftercare({}, configuration)),
        },
        {
          ...{ target: openTarget(flags), survey: openSurvey(flags), journal: fileJournal(home), log: fileLog(home) },
          preflight: preflightOf({ ...flags, configuration }),
        },
      );
      reporterOf(flags.json).answer(answer, planText(answer));
      if (!answer.possible) process.exitCode = EXIT.failed;
    });
}
