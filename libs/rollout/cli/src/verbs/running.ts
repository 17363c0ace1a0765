import type { Configuration } from '@devplatform/rollout-config';
import type { DeploymentRecord, Ports } from '@devplatform/rollout-engine';
import type { Command } from 'commander';
import { deployer, portsOf, readConfiguration } from '../environment.ts';
import { onInterruption } from '../interruption.ts';
import { notifierOf } from '../notifications/composition.ts';
import type { About } from '../notifications/notification.ts';
import type { Reporter } from '../reporter.ts';
import { duration, seconds } from './arguments.ts';
import { reporterOf, type Common } from './verb.ts';

/** What every verb takes that moves users. */
export interface RunFlags extends Common {
  readonly config?: string;
  readonly wait?: number;
  readonly readinessTimeout?: number;
  readonly acknowledge?: readonly string[];
}

export const runOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration (default: bluegreen.config.ts at the root of the workspace)')
    .option('--wait <time>', 'while another deployment holds the lock, wait so long for it (default: not at all)', duration);

export const readinessOption = (command: Command): Command =>
  command.option('--readiness-timeout <seconds>', 'how long the release may take to get ready (default: as configured, 120)', seconds);

/** Puts together what the run needs, lets it run, and tells everybody how it went before the process may end. */
export async function running(
  kind: About['kind'],
  flags: RunFlags,
  work: (ports: Ports, means: { readonly report: Reporter; readonly configuration: Configuration }) => Promise<DeploymentRecord>,
): Promise<DeploymentRecord> {
  const report = reporterOf(flags.json);
  const configuration = await readConfiguration(flags);
  const note = (text: string): void => {
    report.event({ type: 'note', text });
  };
  const notifier = notifierOf(configuration.notifications, { about: { kind, target: flags.target, deployer: deployer() }, note });
  const ports = portsOf(
    { ...flags, configuration },
    {
      signal: onInterruption(note),
      onEvent: (event) => {
        report.event(event);
        notifier.onEvent(event);
      },
    },
  );
  try {
    return await work(ports, { report, configuration });
  } finally {
    report.end();
    await notifier.flush();
  }
}
