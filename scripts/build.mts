import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RELEASES, versionTag, type ReleaseVersion } from '@devplatform/contracts';
import { MANIFEST_FILE, parseManifest } from '@devplatform/migration-check/read';
import { Release } from '@devplatform/rollout-engine';
import { digestOf } from '@devplatform/target-local';
import { build } from 'rolldown';
import { $ } from 'zx';
import { APPS, bundle, root, type App } from './bundle.mts';

const HELP = `node scripts/build.mts [VERSION …] [--out DIR] [--only APP …]

Builds releases into dist/releases/vVERSION (default: all of ${RELEASES.join(', ')}): backend, worker and frontend as plain
JavaScript, the page with its hashed assets, database.json (what it does with the database: its migrations as SQL, the
columns that it maps, the queries that it runs), and release.json with the artifact's digest.

  npx nx build scripts               all, from the cache where nothing changed
  node scripts/build.mts 1.3.0       one
  node scripts/build.mts --only backend   these applications again; the others stay as they were built before`;

/** What the release's own code says of itself. */
async function describe(version: ReleaseVersion): Promise<Pick<Release, 'contracts' | 'protocol' | 'migrations' | 'phases'>> {
  const program = `
    const { JOB_CONTRACTS, PROTOCOL_WINDOW } = await import('@devplatform/contracts');
    const { migrations } = await import('@devplatform/migrations');
    const known = migrations.map((Migration) => new Migration());
    const phases = Object.fromEntries(known.map(({ name, phase }) => [name, phase]));
    console.log(JSON.stringify({ contracts: JOB_CONTRACTS, protocol: PROTOCOL_WINDOW, migrations: known.map(({ name }) => name), phases }));`;
  const env = { ...process.env, DEVPLATFORM_RELEASE: version };
  const { stdout } = await $({ cwd: join(root, 'scripts'), env, quiet: true })`${process.execPath} --input-type=module -e ${program}`;
  return Release.pick({ contracts: true, protocol: true, migrations: true, phases: true }).parse(JSON.parse(stdout));
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

/** What the release does with the database, and what of that nobody can read before it runs. */
async function describeDatabase(version: ReleaseVersion): Promise<string> {
  const env = { ...process.env, DEVPLATFORM_RELEASE: version };
  const { stdout } = await $({ quiet: true, env })`${process.execPath} ${join(root, 'scripts/describe-database.mts')} ${version}`;
  const { unread, migrations } = parseManifest(stdout, 'scripts/describe-database.mts');
  const gaps = migrations.flatMap(({ name, gaps: found }) => found.map((gap) => `${name}: ${gap}`));
  for (const what of [...unread, ...gaps])
    console.error(`${versionTag(version)}: not in ${MANIFEST_FILE}, so the next release is not judged: ${what}`);
  return stdout;
}

async function buildApp(app: App, version: ReleaseVersion, folder: string): Promise<void> {
  const bundling = build(bundle(app, version, join(folder, app)));
  if (app === 'frontend') {
    const env = { ...process.env, DEVPLATFORM_RELEASE: version, OUT_DIR: join(folder, 'frontend/public') };
    await $({ cwd: join(root, 'apps/frontend'), quiet: true, env })`vite build --logLevel warn`;
  }
  await bundling;
}

/** `apps` that are not all of them are built into the release that is there; the others stay. */
async function buildRelease(version: ReleaseVersion, out: string, apps: readonly App[]): Promise<void> {
  const start = performance.now();
  const tag = versionTag(version);
  const finished = join(out, tag);
  const folder = `${finished}.new`;
  rmSync(folder, { recursive: true, force: true });
  if (apps.length < APPS.length) cpSync(finished, folder, { recursive: true });
  else mkdirSync(folder, { recursive: true });
  for (const app of apps) rmSync(join(folder, app), { recursive: true, force: true });
  const [database] = await Promise.all([describeDatabase(version), ...apps.map((app) => buildApp(app, version, folder))]);
  writeFileSync(join(folder, MANIFEST_FILE), database);
  const release = Release.parse({ tag, version, commit: commit(), digest: await digestOf(folder), ...(await describe(version)) });
  writeFileSync(join(folder, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
  rmSync(finished, { recursive: true, force: true });
  renameSync(folder, finished);
  console.log(`${tag} ${release.digest.slice(0, 19)} built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, only: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  console.log(HELP);
} else {
  const unknown = positionals.find((version) => !RELEASES.some((known) => known === version));
  if (unknown !== undefined) {
    console.error(`There is no release ${unknown} in this code; it can be built as ${RELEASES.join(' or ')}. Nothing was built.`);
    process.exit(2);
  }
  const apps = APPS.filter((app) => values.only?.includes(app) ?? true);
  const strange = values.only?.find((name) => !APPS.some((app) => app === name));
  if (strange !== undefined) {
    console.error(`There is no application ${strange}; there are ${APPS.join(', ')}. Nothing was built.`);
    process.exit(2);
  }
  const versions = RELEASES.filter((version) => positionals.length === 0 || positionals.includes(version));
  for (const version of versions) await buildRelease(version, values.out ?? join(root, 'dist/releases'), apps);
}
