import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Puts every file of `assets` that `depot` lacks there and returns how many those were. Names carry the hash of the
 * contents, so a file that exists is the same file; each appears whole or not at all, also when both slots fill at once.
 */
export async function fillDepot(assets: string, depot: string): Promise<number> {
  await mkdir(depot, { recursive: true });
  const present = new Set(await readdir(depot));
  const missing = (await readdir(assets)).filter((name) => !present.has(name));
  for (const name of missing) {
    const unfinished = join(depot, `.${name}.${process.pid}`);
    await copyFile(join(assets, name), unfinished);
    await rename(unfinished, join(depot, name));
  }
  return missing.length;
}
