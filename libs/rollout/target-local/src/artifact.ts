import { createHash } from 'node:crypto';
import { createReadStream, globSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const MANIFEST = 'release.json';

/** SHA-256 over the names and contents of everything that a release consists of; not of its manifest, which holds it, nor of source maps. */
export async function digestOf(folder: string): Promise<string> {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => relative(folder, file) !== MANIFEST)
    .sort();
  const digest = createHash('sha256');
  for (const file of files) {
    const content = createHash('sha256');
    await pipeline(createReadStream(file), content);
    digest.update(`${relative(folder, file)}\0`).update(content.digest());
  }
  return `sha256:${digest.digest('hex')}`;
}

/** Those of `files` that the folder has not got. */
export async function missingIn(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map((file) =>
      access(join(folder, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, at) => found[at] !== true);
}
