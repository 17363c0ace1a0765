import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadParser } from '../sql/statement.ts';
import { type DatabaseManifest, ManifestError, parseManifest } from './manifest.ts';
import { strictCase, type Succession, type SuccessionCase } from './succession.ts';

/** Prints a manifest a line, oldest release first. */
const PROGRAM = 'scripts/describe-database.mts';

/** Of all releases that the code in `root` can be built as, oldest first: of the source as it is now, not of what was built some time ago. */
async function projectReleases(root: string): Promise<readonly DatabaseManifest[]> {
  const program = join(root, PROGRAM);
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: root, maxBuffer: 64e6 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => parseManifest(line, program));
}

/** Each release of the code in `root` on top of the one before it, oldest first. */
export async function projectSuccessions(root: string): Promise<readonly Succession[]> {
  const releases = await projectReleases(root);
  return releases.slice(1).flatMap((next, i) => {
    const running = releases[i];
    return running === undefined ? [] : [{ next, running, earlier: releases.slice(0, i) }];
  });
}

/**
 * This project's pending migrations: those of its newest release that the last one does not list, on the schema that the last one's made. Contract
 * steps are judged like all others: the gate of a deployment, which leaves them, is milder. Throws ManifestError where there is no last release.
 */
export async function projectCase(root = process.cwd()): Promise<SuccessionCase> {
  await loadParser();
  const succession = (await projectSuccessions(root)).at(-1);
  if (succession === undefined)
    throw new ManifestError(`${root} has one release and no last one, so there is nobody whom a migration could break`);
  return strictCase(succession);
}
