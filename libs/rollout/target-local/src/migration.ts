import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { RolloutError, type MigrationReport, type Release } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { lastWords } from './last-words.ts';

/** What `backend/migrate.js` prints, one JSON object a line. */
const Line = z.union([
  z.object({ applied: z.string() }),
  z.object({ error: z.string() }),
  z.object({
    waiting: z.string(),
    attempt: z.int(),
    blockers: z.array(z.object({ pid: z.int(), application: z.string(), state: z.string() })),
  }),
  z.object({ progress: z.string(), done: z.int() }),
  z.object({ left: z.array(z.string()) }),
]);
type Line = z.infer<typeof Line>;

/** Milliseconds; a migration that backfills may take long, but not for ever. */
const LIMIT_MS = 15 * 60_000;
/** Milliseconds between two words about a backfill. */
const PROGRESS_MS = 5000;

/**
 * Runs the pending migrations that the release brings along; contract steps only where that is asked for. Throws `migration-failed` with what the
 * database said.
 */
export async function runMigrations(
  release: Release,
  folder: string,
  databaseUrl: string,
  { contract = false, log = () => undefined }: { readonly contract?: boolean; readonly log?: (line: string) => void } = {},
): Promise<MigrationReport> {
  const start = performance.now();
  const main = join(folder, 'backend/migrate.js');
  if (!existsSync(main)) throw migrationFailed(release, `${main} is missing`, []);
  const child = spawn(process.execPath, [main, ...(contract ? ['--contract'] : [])], {
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
  let said = start;
  for await (const printed of createInterface({ input: child.stdout })) {
    const line = parse(printed);
    if (line === null) continue;
    if ('applied' in line) applied.push(line.applied);
    else if ('error' in line) failure = line.error;
    else if (!('progress' in line) || performance.now() - said > PROGRESS_MS) {
      if ('progress' in line) said = performance.now();
      log(spoken(line));
    }
  }
  const outcome = await ended;
  if (failure !== '' || outcome !== '') throw migrationFailed(release, failure || lastWords(await complaint) || outcome, applied);
  return { applied, ms: Math.round(performance.now() - start) };
}

function spoken(line: Exclude<Line, { applied: string } | { error: string }>): string {
  if ('progress' in line) return `${line.progress}: ${line.done} rows are filled`;
  if ('left' in line) return `left until no other release runs: ${line.left.join(', ')}; then run backend/migrate.js --contract`;
  const by = line.blockers.map(({ pid, application, state }) => `${application} (pid ${pid}, ${state})`).join(', ');
  return `${line.waiting} did not get its lock (attempt ${line.attempt})${by === '' ? '' : `: it is held by ${by}`}; it tries again`;
}

function parse(line: string): Line | null {
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
