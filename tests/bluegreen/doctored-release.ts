import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@devplatform/target-local';
import { RELEASES } from './releases.ts';

const ROOT = join(__dirname, '../..');

/** A folder of releases with the good ones and those that `doctor` adds. */
export function releasesFolder(dir: string): string {
  const folder = join(dir, 'releases');
  mkdirSync(folder);
  for (const tag of ['v1.2.0', 'v1.3.0']) symlinkSync(join(RELEASES, tag), join(folder, tag));
  // Releases find their native packages in a folder above them.
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return folder;
}

/** Writes the manifest as a build would, so that the release counts as what it is now. */
export async function reseal(folder: string, changes: object = {}): Promise<void> {
  const manifest = join(folder, 'release.json');
  const release = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, JSON.stringify({ ...release, ...changes, digest: await digestOf(folder) }));
}

/** v1.3.0 under another tag, with one file of it replaced, and built like that: it is bad, and not changed afterwards. */
export async function doctor(folder: string, tag: string, file: string, program: string): Promise<void> {
  const copy = join(folder, tag);
  cpSync(join(RELEASES, 'v1.3.0'), copy, { recursive: true });
  writeFileSync(join(copy, file), program);
  await reseal(copy, { tag, version: tag.slice(1) });
}

/**
 * A backend that says that it is healthy, and does nothing else right. `version` is what the header says, `livesMs`
 * milliseconds after which it crashes.
 */
export const impostor = (health: string, version: string, livesMs = Infinity): string => `
import { createServer } from 'node:http';
const { PORT, INTERNAL_PORT, SLOT, HOST = '127.0.0.1' } = process.env;
const headers = { 'content-type': 'application/json', 'x-api-version': '${version}', 'x-slot': SLOT };
const checks = { database: 'connected', redis: 'connected', storage: 'connected' };
createServer(({ url }, response) => {
  if (url === '/api/v1/health') response.writeHead(200, headers).end(JSON.stringify({ status: 'healthy', version: '${health}', checks }));
  else response.writeHead(500, headers).end('{}');
}).listen(Number(PORT), HOST);
createServer((_request, response) => response.writeHead(200, headers).end('{}')).listen(Number(INTERNAL_PORT), HOST);
${livesMs === Infinity ? '' : `setTimeout(() => process.exit(1), ${livesMs});`}
process.on('SIGTERM', () => process.exit(0));
`;

/** Runs and never listens. */
export const NEVER_READY = `setInterval(() => undefined, 1000); process.on('SIGTERM', () => process.exit(0));`;

/** A migration through the platform's own runner that breaks after its first statement. */
export const BREAKS_HALF_WAY = `
import { migrate } from '@devplatform/runtime/database';
class Breaks1764300000000 {
  name = 'Breaks1764300000000';
  phase = 'expand';
  async up(runner) {
    await runner.query('CREATE TABLE half_way (n int)');
    await runner.query('ALTER TABLE no_such_table ADD COLUMN n int');
  }
  async down() {}
}
try {
  await migrate(process.env.DATABASE_URL, [Breaks1764300000000], () => undefined);
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
  process.exit(1);
}
`;
