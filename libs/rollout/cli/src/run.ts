import { CommanderError } from 'commander';
import { exitCode } from './exit-code.ts';
import { program } from './program.ts';
import { reporterOf } from './verbs/verb.ts';

/** The command line of this process, errors in words and the exit code included. Never throws. */
export async function run(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    // commander has printed its own message by now.
    if (!(error instanceof CommanderError)) reporterOf(process.argv.includes('--json')).error(error);
    process.exitCode = exitCode(error);
  }
}
