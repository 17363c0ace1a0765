import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { RolloutError, type MigrationReport, type Release } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { lastWords } from './last-words.ts';

/** What `backend/migrate.js` prints, one JSON object a line. */
const Line = z.union([z.object({ applied: z.string() }), z.object({ error: z.string() })]);

/** Milliseconds; a migration that backfills may take long, but not for ever. */
const LIMIT_MS = 15 * 60_000;

/** Runs the pending migrations that the release brings along. Throws `migration-failed` with what the database said. */
export async function runMigrations(release: Release, folder: string, databaseUrl: string): Promise<MigrationReport> {
  const start = performance.now();
  const main = join(folder, 'backend/migrate.js');
  if (!existsSync(main)) throw migrationFailed(release, `${main} is missing`, []);
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? '' : `it ended with ${signal ?? `code ${code ?? '?'}`}`);
    });
  });
  const complaint = text(child.stderr);
  const applied: string[] = [];
  let failure = '';
  for await (const printed of createInterface({ input: child.stdout })) {
    const line = parse(printed);
    if (line === null) continue;
    if ('applied' in line) applied.push(line.applied);
    else failure = line.error;
  }
  const outcome = await ended;
  if (failure !== '' || outcome !== '') throw migrationFailed(release, failure || lastWords(await complaint) || outcome, applied);
  return { applied, ms: Math.round(performance.now() - start) };
}

function parse(line: string): z.infer<typeof Line> | null {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function migrationFailed(release: Release, reason: string, applied: readonly string[]): RolloutError {
  const before = applied.length === 0 ? '' : ` Those before it stay and do no harm to the release that runs: ${applied.join(', ')}.`;
  return new RolloutError('migration-failed', `A migration of ${release.tag} failed: ${reason}`, {
    untouched: `It was rolled back and nothing of ${release.tag} was started.${before}`,
    next: 'Correct the migration, build the release again with `node scripts/build.mts`, then deploy it.',
  });
}
