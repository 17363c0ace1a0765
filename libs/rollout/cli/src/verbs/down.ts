import type { Command } from 'commander';
import { openTarget } from '../environment.ts';
import { examples, reporterOf, verb, type Common } from './verb.ts';

export function addDown(root: Command): void {
  verb(root, 'down', 'Ends the environment: both slots, the front door and the parts that they share. Its data stays.')
    .addHelpText('after', examples('npm run down', 'npm run down -- --home /tmp/try-it'))
    .action(async (flags: Common) => {
      const { stopped } = await openTarget(flags).down();
      const text = stopped.length === 0 ? 'Nothing was running.' : `Stopped ${stopped.join(', ')}. The data stays in ${flags.home}.`;
      reporterOf(flags.json).answer({ type: 'down', stopped }, text);
    });
}
