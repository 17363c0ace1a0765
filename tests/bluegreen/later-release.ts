import { cpSync, globSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reseal } from './doctored-release.ts';
import { RELEASES } from './releases.ts';

const MINIMUM = '[MINIMUM_CLIENT_HEADER]:MINIMUM_CLIENT';

/**
 * Adds `tag`, which is v1.3.0 with two differences: it says that it is `tag`, everywhere, and its API serves no page that is
 * older than `minimum`. Its assets have names of their own, as those of another build have.
 */
export async function addLaterRelease(folder: string, tag: string, minimum: string): Promise<void> {
  const version = tag.slice(1);
  const copy = join(folder, tag);
  cpSync(join(RELEASES, 'v1.3.0'), copy, { recursive: true });
  for (const file of globSync('**/*.{gz,map}', { cwd: copy })) rmSync(join(copy, file));
  const assets = join(copy, 'frontend/public/assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const renamed = (name: string): string => name.replace(/-.{8}\.js$/, `-${version}.js`);
  for (const file of globSync('**/*.{js,html,json}', { cwd: copy })) {
    let text = readFileSync(join(copy, file), 'utf8').replaceAll(/(["'`])(v?)1\.3\.0\1/g, `$1$2${version}$1`);
    text = text.replace(MINIMUM, `[MINIMUM_CLIENT_HEADER]:"${minimum}"`);
    for (const script of scripts) text = text.replaceAll(script, renamed(script));
    writeFileSync(join(copy, file), text);
  }
  for (const script of scripts) renameSync(join(assets, script), join(assets, renamed(script)));
  if (!readFileSync(join(copy, 'backend/main.js'), 'utf8').includes(`[MINIMUM_CLIENT_HEADER]:"${minimum}"`)) {
    throw new Error(`the backend of v1.3.0 does not say ${MINIMUM} any more: this doctoring is out of date`);
  }
  await reseal(copy);
}
