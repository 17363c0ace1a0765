import { CommanderError } from 'commander';
import { exitCode } from './exit-code.ts';
import { program, reporterOf } from './program.ts';

try {
  await program().parseAsync();
} catch (error) {
  // commander has printed its own message by now.
  if (!(error instanceof CommanderError)) reporterOf(process.argv.includes('--json')).error(error);
  process.exitCode = exitCode(error);
}
