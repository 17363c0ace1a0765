import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Half of the start is compiling; beside the dependencies, so that nobody else can put code there.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
const { checkMigrations } = await import('@devplatform/migration-check/command');
process.exitCode = await checkMigrations(process.argv.slice(2), {
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
  colours: process.stdout.isTTY && process.stdout.hasColors(),
  // npm runs this at the root of the workspace, wherever somebody stands.
  folders: [process.env.INIT_CWD ?? process.cwd(), process.cwd()],
  root: fileURLToPath(new URL('..', import.meta.url)),
});
