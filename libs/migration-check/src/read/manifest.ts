import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PreviousRelease } from '../previous/previous.ts';
import { RecordedMigration } from './recorded-migration.ts';

/** Of a release's folder. */
export const MANIFEST_FILE = 'database.json';

/** What a release does with the database, as its build found it: `database.json` of its artifact. */
export const DatabaseManifest = z.strictObject({
  format: z.literal(1),
  /** Whose releases can follow each other. */
  project: z.string().min(1),
  /** `v1.3.0` */
  release: z.string().min(1),
  ...PreviousRelease.shape,
  /** Calls whose SQL is only known while they run, as `path:line: source`: what they do is not in `queries`. */
  unread: z.array(z.string()),
  /** All that it knows, oldest first. */
  migrations: z.array(RecordedMigration),
});
export type DatabaseManifest = z.infer<typeof DatabaseManifest>;

/** A manifest that cannot be used, and what to do. */
export class ManifestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ManifestError';
  }
}

/**
 * Reads `database.json` of a release's folder. Throws ManifestError where it is missing or damaged. Whether it is of the same project as another one
 * is asked where the two are judged; that it is of this release, the artifact's digest says.
 */
export function readManifest(folder: string): DatabaseManifest {
  const file = join(folder, MANIFEST_FILE);
  if (existsSync(file)) return parseManifest(readFileSync(file, 'utf8'), file);
  throw new ManifestError(`${file} is missing, so nobody knows what that release does with the database: build it again`);
}

/** `from`: for the message. */
export function parseManifest(text: string, from: string): DatabaseManifest {
  try {
    return DatabaseManifest.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new ManifestError(`${from} is no description of a release's database: ${reason}`);
  }
}
