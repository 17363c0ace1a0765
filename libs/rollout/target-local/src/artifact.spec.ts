import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf, missingIn } from './artifact.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

const FILES = ['backend/main.js', 'backend/chunks/a.js', 'frontend/public/index.html'];

let folder: TemporaryFolder;
const at = (file: string): string => join(folder.path, file);
const write = (file: string, text: string): void => {
  mkdirSync(join(at(file), '..'), { recursive: true });
  writeFileSync(at(file), text);
};
beforeEach(() => {
  folder = new TemporaryFolder();
  for (const file of FILES) write(file, `this is ${file}`);
});
afterEach(() => {
  folder[Symbol.dispose]();
});

describe('the digest of a release', () => {
  it.each<[string, () => void]>([
    [
      'a byte more',
      () => {
        appendFileSync(at('backend/main.js'), ' ');
      },
    ],
    [
      'another name',
      () => {
        renameSync(at('backend/chunks/a.js'), at('backend/chunks/b.js'));
      },
    ],
    [
      'a file less',
      () => {
        rmSync(at('backend/chunks/a.js'));
      },
    ],
    [
      'a file more',
      () => {
        write('worker/main.js', '');
      },
    ],
  ])('PRE-7: changes with %s', async (_, change) => {
    const before = await digestOf(folder.path);
    change();
    expect(await digestOf(folder.path)).not.toBe(before);
  });

  it('PRE-7: says nothing of manifest and source maps, and is the same each time', async () => {
    const before = await digestOf(folder.path);
    expect(before).toMatch(/^sha256:[0-9a-f]{64}$/);
    write('release.json', '{}');
    write('backend/main.js.map', '{}');
    expect(await digestOf(folder.path)).toBe(before);
  });
});

describe('a release', () => {
  it('PRE-7: lacks what is not there, and nothing else', async () => {
    expect(await missingIn(folder.path, FILES)).toEqual([]);
    expect(await missingIn(folder.path, [...FILES, 'worker/main.js'])).toEqual(['worker/main.js']);
  });
});
