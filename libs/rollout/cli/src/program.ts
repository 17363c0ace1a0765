import { resolve as resolvePath } from 'node:path';
import { Slot, versionTag } from '@devplatform/contracts';
import { abort, deploy, planDeployment, planRollback, resume, rollback } from '@devplatform/rollout-engine';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_HOME, DEFAULT_RELEASES, deployer, openTarget, portsOf, type Where } from './environment.ts';
import { EXIT } from './exit-code.ts';
import { onInterruption } from './interruption.ts';
import { readLog } from './log/file-log.ts';
import { answerOf, logText, recordText, runOf, verificationOf, verificationText } from './log/history-text.ts';
import { jsonReporter, type Reporter, TextReporter } from './reporter.ts';
import { ledgerStatusOf, ledgerText } from './ledger-status.ts';
import { statusOf, statusText } from './status.ts';

const PLANNED_TARGETS: readonly string[] = ['compose', 'kubernetes', 'ecs'];

interface Common extends Where {
  readonly json?: true;
}
interface RunFlags extends Common {
  readonly dryRun?: true;
}
interface StatusFlags extends Common {
  readonly ledger?: true;
}
interface LogFlags extends Common {
  readonly limit: number;
  readonly id?: string;
  readonly verify?: true;
}
interface DeployFlags extends RunFlags {
  readonly slot?: Slot;
  readonly release?: string;
  readonly readinessTimeout: number;
}

const EXIT_CODES = `
Exit codes: 0 done, 1 failed (and taken back, or it says what is left), 2 wrong use, 3 another deployment holds the lock,
130 interrupted by Ctrl-C (and stopped safely).`;

export const reporterOf = (json: boolean): Reporter => (json ? jsonReporter : new TextReporter());

/** The verbs of the command line; each parses its arguments, calls the engine and reports. Throws what goes wrong. */
export function program(): Command {
  const root = new Command('devplatform')
    .description('Deploys releases blue-green, without loss.')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help shows the options and examples)')
    .exitOverride();

  verb(root, 'deploy', 'Brings a release to the inactive slot, tests it there and moves the users to it.')
    .addArgument(service())
    .addOption(new Option('--slot <slot>', 'where to (default: the inactive slot)').choices(Slot.options))
    .option('--release <tag>', 'for example v1.3.0 (default: the newest one)', releaseTag)
    .option('--readiness-timeout <seconds>', 'how long the release may take to get ready', seconds, 120)
    .option('--dry-run', 'say what would be done, and do nothing')
    .addHelpText(
      'after',
      examples('npx nx deploy backend', 'npx nx deploy backend --slot green --release v1.3.0', 'npx nx deploy backend --dry-run'),
    )
    .action(async (_service: string, flags: DeployFlags) => {
      const report = reporterOf(flags.json ?? false);
      const request = { deployer: deployer(), ...(flags.slot && { slot: flags.slot }), ...(flags.release && { release: flags.release }) };
      if (flags.dryRun) {
        const target = openTarget(flags);
        const release = await target.resolveRelease(flags.release);
        report.plan(planDeployment(await target.describe(), flags.slot, release));
      } else {
        await deploy(request, ports(flags, flags.readinessTimeout, report));
      }
    });

  verb(root, 'rollback', 'Moves the users back to the previous slot, in seconds. The database schema stays as it is.')
    .addArgument(service())
    .option('--dry-run', 'say what would be done, and do nothing')
    .addHelpText('after', examples('npx nx rollback backend', 'npx nx rollback backend --dry-run'))
    .action(async (_service: string, flags: RunFlags) => {
      const report = reporterOf(flags.json ?? false);
      if (flags.dryRun) report.plan(planRollback(await openTarget(flags).describe()));
      else await rollback({ deployer: deployer() }, ports(flags, 0, report));
    });

  verb(root, 'resume', 'Finishes a deployment or rollback whose process was killed or stopped at once.')
    .addArgument(service())
    .option('--readiness-timeout <seconds>', 'how long the release may take to get ready', seconds, 120)
    .addHelpText('after', examples('npx nx resume backend', 'npx nx resume backend --json'))
    .action(async (_service: string, flags: Common & Pick<DeployFlags, 'readinessTimeout'>) => {
      await resume({ deployer: deployer() }, ports(flags, flags.readinessTimeout, reporterOf(flags.json ?? false)));
    });

  verb(root, 'abort', 'Takes back everything that such a deployment or rollback had begun. The database schema stays as it is.')
    .addArgument(service())
    .addHelpText('after', examples('npx nx abort backend', 'npx nx abort backend --json'))
    .action(async (_service: string, flags: Common) => {
      await abort({ deployer: deployer() }, ports(flags, 0, reporterOf(flags.json ?? false)));
    });

  verb(root, 'status', 'Shows which release serves from which slot, and what is in flight.')
    .addArgument(service())
    .option('--ledger', 'what was under way at the last switch, and what became of it')
    .addHelpText('after', examples('npx nx status backend', 'npx nx status backend --ledger', 'npx nx status backend --json'))
    .action(async (_service: string, flags: StatusFlags) => {
      if (flags.ledger) {
        const ledger = await ledgerStatusOf(openTarget(flags), flags.home);
        reporterOf(flags.json ?? false).answer(ledger, ledgerText(ledger));
        return;
      }
      const status = await statusOf(openTarget(flags), flags.home);
      reporterOf(flags.json ?? false).answer(status, statusText(status));
    });

  verb(root, 'log', 'Shows the deployment log: who moved what from where to where, and what came of it.')
    .addArgument(service())
    .option('--limit <number>', 'how many of the newest runs', count, 20)
    .option('--id <run>', 'one run, with its steps, gates, ledger and issues; the beginning of its id is enough')
    .option('--verify', 'say whether any line was changed, taken out or added after it was written')
    .addHelpText('after', examples('npx nx log backend', 'npx nx log backend --id 5f0c', 'npx nx log backend --verify'))
    .action(async (_service: string, flags: LogFlags) => {
      const report = reporterOf(flags.json ?? false);
      const content = await readLog(resolvePath(flags.home));
      if (flags.verify) {
        const verification = verificationOf(content);
        report.answer(verification, verificationText(verification));
        if (!verification.holds) process.exitCode = EXIT.failed;
        return;
      }
      const log = answerOf(content, flags.id === undefined ? flags.limit : Infinity);
      if (flags.id === undefined) {
        report.answer(log, logText(log));
        return;
      }
      const record = runOf(log, flags.id);
      report.answer(record, recordText(record));
    });

  verb(root, 'down', 'Ends the environment: both slots, the front door and the parts that they share. Its data stays.')
    .addHelpText('after', examples('npm run down', 'npm run down -- --home /tmp/try-it'))
    .action(async (flags: Common) => {
      const { stopped } = await openTarget(flags).down();
      const text = stopped.length === 0 ? 'Nothing was running.' : `Stopped ${stopped.join(', ')}. The data stays in ${flags.home}.`;
      reporterOf(flags.json ?? false).answer({ type: 'down', stopped }, text);
    });
  return root;
}

const verb = (root: Command, name: string, description: string): Command =>
  root
    .command(name)
    .description(description)
    .option(
      '--target <target>',
      'where the environment lives: local (planned: compose, kubernetes, ecs); nx keeps this option to itself, so give it after `--` there',
      targetName,
      'local',
    )
    .option('--home <dir>', 'folder of the local environment', DEFAULT_HOME)
    .option('--releases <dir>', 'folder of the built releases', DEFAULT_RELEASES)
    .option('--json', 'print JSON, one value a line: each event as it happens, the last one is the result');

const service = (): Argument =>
  new Argument('<service>', 'backend: the release as one unit, because backend, worker and frontend move together').choices(['backend']);

const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n${EXIT_CODES}`;

function targetName(value: string): Where['target'] {
  if (value === 'local') return value;
  if (PLANNED_TARGETS.includes(value)) throw new InvalidArgumentError('It is planned and not built yet; the target that there is: local.');
  throw new InvalidArgumentError(`Targets are local and, planned and not built yet, ${PLANNED_TARGETS.join(', ')}.`);
}

function releaseTag(value: string): string {
  const tag = versionTag(value);
  if (/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag)) return tag;
  throw new InvalidArgumentError('A release is named like v1.3.0.');
}

function seconds(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 3600) return number;
  throw new InvalidArgumentError('It is a whole number of seconds from 1 to 3600.');
}

function count(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

function ports(flags: Common, readinessTimeout: number, report: Reporter): ReturnType<typeof portsOf> {
  const onEvent = report.event.bind(report);
  const signal = onInterruption((text) => {
    onEvent({ type: 'note', text });
  });
  return portsOf({ ...flags, maxWaitMs: readinessTimeout * 1000, onEvent, signal });
}
