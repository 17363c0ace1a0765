import { globSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stopProcess } from '@devplatform/embedded';

const GRACE_MS = 10_000;

/**
 * Ends the processes that are recorded anywhere below `folder` and empties it. A broken product, or a test that was ended in
 * its middle, leaves servers running.
 */
export async function stopLeftovers(folder: string): Promise<void> {
  const records = globSync('**/processes/*.json', { cwd: folder });
  // Slots first: PostgreSQL waits for those who are connected.
  const parts = new Set(['postgres', 'redis', 's3']);
  const names = records.map((record) => ({ dir: join(folder, dirname(dirname(record))), name: basename(record, '.json') }));
  for (const { dir, name } of names.sort((a, b) => Number(parts.has(a.name)) - Number(parts.has(b.name))))
    await stopProcess(dir, name, { graceMs: GRACE_MS, signal: name === 'postgres' ? 'SIGINT' : 'SIGTERM' });
  for (const entry of globSync('*', { cwd: folder })) rmSync(join(folder, entry), { recursive: true, force: true });
}
