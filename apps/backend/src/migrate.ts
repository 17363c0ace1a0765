import { parseArgs } from 'node:util';
import { RELEASE } from '@devplatform/contracts';
import { migrations } from '@devplatform/migrations';
import { ConfigError, MigrateConfig, parseConfig } from '@devplatform/runtime/config';
import { migrate } from '@devplatform/runtime/database';
import { olderSlots } from './database/older-slots.ts';

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/*
 * Applies what is pending, run by a deployment before anything of the new release starts. Contract steps, which older releases do not survive, wait
 * for `--contract`: it is for when this release is the only one that runs, and keeps older ones from starting again. One JSON line per event;
 * exit 0 or 1.
 */
try {
  const { values } = parseArgs({ options: { contract: { type: 'boolean', default: false } } });
  const { DATABASE_URL } = parseConfig(MigrateConfig);
  const older = values.contract ? await olderSlots(DATABASE_URL, RELEASE) : [];
  if (older.length > 0)
    throw new Error(`Contract steps wait until ${RELEASE} is the oldest that runs; ${older.join(', ')} still does. Nothing was changed.`);
  const applied = await migrate(
    DATABASE_URL,
    migrations,
    {
      applied: (name) => {
        say({ applied: name });
      },
      waiting: (name, attempt, blockers) => {
        say({ waiting: name, attempt, blockers });
      },
      progress: (name, done) => {
        say({ progress: name, done });
      },
      left: (names) => {
        say({ left: names });
      },
    },
    { contract: values.contract ? 'apply' : 'leave', release: RELEASE },
  );
  say({ done: true, applied: applied.length });
} catch (error) {
  say({ error: error instanceof ConfigError || error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
