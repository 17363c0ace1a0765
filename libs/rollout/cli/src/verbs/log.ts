import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../exit-code.ts';
import { readLog } from '../log/file-log.ts';
import { answerOf, logText, recordText, runOf, verificationOf, verificationText } from '../log/history-text.ts';
import { count } from './arguments.ts';
import { examples, reporterOf, service, verb, type Common } from './verb.ts';

interface LogFlags extends Common {
  readonly limit: number;
  readonly id?: string;
  readonly verify?: true;
}

export function addLog(root: Command): void {
  verb(root, 'log', 'Shows the deployment log: who moved what from where to where, and what came of it.')
    .addArgument(service())
    .option('--limit <number>', 'how many of the newest runs', count, 20)
    .option('--id <run>', 'one run, with its steps, gates, ledger and issues; the beginning of its id is enough')
    .option('--verify', 'say whether any line was changed, taken out or added after it was written')
    .addHelpText('after', examples('npx nx log backend', 'npx nx log backend --id 5f0c', 'npx nx log backend --verify'))
    .action(async (_service: string, flags: LogFlags) => {
      const report = reporterOf(flags.json);
      const content = await readLog(resolve(flags.home));
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
}
