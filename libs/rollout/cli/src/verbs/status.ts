import type { Command } from 'commander';
import { openTarget } from '../environment.ts';
import { ledgerStatusOf, ledgerText } from '../ledger-status.ts';
import { statusOf, statusText } from '../status.ts';
import { examples, reporterOf, service, verb, type Common } from './verb.ts';

interface StatusFlags extends Common {
  readonly ledger?: true;
}

export function addStatus(root: Command): void {
  verb(root, 'status', 'Shows which release serves from which slot, and what is in flight.')
    .addArgument(service())
    .option('--ledger', 'what was under way at the last switch, and what became of it')
    .addHelpText('after', examples('npx nx status backend', 'npx nx status backend --ledger', 'npx nx status backend --json'))
    .action(async (_service: string, flags: StatusFlags) => {
      if (flags.ledger) {
        const ledger = await ledgerStatusOf(openTarget(flags), flags.home);
        reporterOf(flags.json).answer(ledger, ledgerText(ledger));
        return;
      }
      const status = await statusOf(openTarget(flags), flags.home);
      reporterOf(flags.json).answer(status, statusText(status));
    });
}
