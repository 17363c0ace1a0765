#!/usr/bin/env node
// The only file that runs on whatever Node the machine has: it gets the packages and Node 24, then hands over to TypeScript.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const VERBS = {
  demo: 'blue-green deployment under load, with a table of what happened to everything (--headless ends by itself)',
  dev: 'the three applications with reload, on embedded PostgreSQL, Redis and S3',
  test: 'format, lint, types, structure, unit and blue-green tests; ends with a counted line',
  down: 'ends what a deployment on this machine started, by the recorded process ids',
  setup: 'installs what the machine lacks (Redis; with --browser also Chromium), where it may',
  'check-migrations': 'what the pending migrations do to the release that runs, and to tables in use',
  'make-migration': 'writes the safe form of a change of the schema',
};

const root = dirname(import.meta.dirname ?? new URL('.', import.meta.url).pathname.replace(/\/$/, ''));
const [verb, ...args] = process.argv.slice(2);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function run(command, commandArgs, { env = process.env, stdio = 'inherit' } = {}) {
  const { status, signal, error } = spawnSync(command, commandArgs, { cwd: root, stdio, env });
  if (error) fail(`${command} could not be started: ${error.message}`);
  return signal ? 130 : (status ?? 1);
}

function packagesAreInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      path === '' || optional || link || !path.includes('node_modules/') || present[path]?.version === version,
  );
}

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const packaged = join(root, `node_modules/node-${platform()}-${arch()}/bin/node`);
  if (existsSync(packaged)) return packaged;
  return fail(
    `This needs Node 24 or newer. You run ${process.version}, and npm has no Node 24 package for ${platform()}-${arch()}: install it from your system.`,
  );
}

if (!Object.hasOwn(VERBS, verb ?? '')) {
  const lines = Object.entries(VERBS).map(([name, what]) => `  npm run ${name.padEnd(16)} ${what}`);
  fail(`Usage: npm run VERB [-- OPTIONS]\n\n${lines.join('\n')}\n\nEach takes -- --help.`);
}
if (Number(process.versions.node.split('.')[0]) < 20) fail(`This needs Node 20 or newer to start with; you run ${process.version}.`);

if (!packagesAreInstalled()) {
  process.stderr.write('Installing the packages (npm ci) …\n');
  // Standard output belongs to the verb: a program may read it.
  const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['inherit', process.stderr, 'inherit'] });
  if (status !== 0) process.exit(status);
}
const node = node24();
const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
process.on('SIGINT', () => undefined); // the child decides; it stops in order
process.exit(
  run(node, ['--disable-warning=ExperimentalWarning', join(root, `scripts/${verb}.mts`), ...args], { env: { ...process.env, PATH: path } }),
);
