import { Argument, type Command } from 'commander';
import { DEFAULT_HOME, DEFAULT_RELEASES, type Where } from '../environment.ts';
import { jsonReporter, type Reporter, TextReporter } from '../reporter.ts';
import { targetName } from './arguments.ts';

export const EXIT_CODES = `
Exit codes: 0 done, 1 failed (and taken back, or it says what is left), 2 wrong use, 3 another deployment holds the lock,
130 interrupted by Ctrl-C (and stopped safely).`;

/** What every verb takes. */
export interface Common extends Where {
  readonly json?: true;
}

export const reporterOf = (json: boolean | undefined): Reporter => (json === true ? jsonReporter : new TextReporter());

export const verb = (root: Command, name: string, description: string): Command =>
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

export const service = (): Argument =>
  new Argument('<service>', 'backend: the release as one unit, because backend, worker and frontend move together').choices(['backend']);

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n${EXIT_CODES}`;
