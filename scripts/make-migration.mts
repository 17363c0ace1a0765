import { join } from 'node:path';
import { makeMigration } from '@devplatform/migration-check/make';
import { root } from './bundle.mts';

process.exitCode = await makeMigration(process.argv.slice(2), {
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
  // npm runs this at the root of the workspace, wherever somebody stands.
  workingDirectory: process.env.INIT_CWD ?? process.cwd(),
  migrations: join(root, 'migrations'),
  now: Date.now,
});
