import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Releases } from './releases.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

describe('the releases', () => {
  it('are found by tag, or the newest by version and not by name', () => {
    using folder = new TemporaryFolder();
    for (const tag of ['v1.9.0', 'v1.10.0', 'v1.10.0-rc.1']) write(folder.path, tag);
    mkdirSync(join(folder.path, 'v2.0.0'));
    mkdirSync(join(folder.path, 'v1.11.0.new'));
    expect(new Releases(folder.path).find(undefined).tag).toBe('v1.10.0');
    expect(new Releases(folder.path).find('v1.9.0').version).toBe('1.9.0');
  });

  it('are named where the wanted one is none of them', () => {
    using folder = new TemporaryFolder();
    write(folder.path, 'v1.2.0');
    for (const tag of ['v9.0.0', '../v1.2.0', '1.2.0']) {
      expect(() => new Releases(folder.path).find(tag)).toThrow(
        expect.objectContaining({ code: 'unknown-release', message: expect.stringContaining('These are built: v1.2.0.') }),
      );
    }
    expect(() => new Releases(join(folder.path, 'none')).find(undefined)).toThrow(
      expect.objectContaining({ code: 'unknown-release', next: 'Build it with `node scripts/build.mts`.' }),
    );
  });

  it('are refused where release.json is about something else', () => {
    using folder = new TemporaryFolder();
    write(folder.path, 'v1.2.0', 'v1.3.0');
    expect(() => new Releases(folder.path).find('v1.2.0')).toThrow('it says it is v1.3.0');
    writeFileSync(join(folder.path, 'v1.2.0/release.json'), '{');
    expect(() => new Releases(folder.path).find('v1.2.0')).toThrow(expect.objectContaining({ code: 'unknown-release' }));
  });
});

function write(dir: string, folder: string, tag = folder): void {
  mkdirSync(join(dir, folder));
  const release = {
    tag,
    version: tag.slice(1),
    commit: 'c',
    digest: `sha256:${'0'.repeat(64)}`,
    contracts: [1],
    protocol: [1, 1],
    migrations: [],
  };
  writeFileSync(join(dir, folder, 'release.json'), JSON.stringify(release));
}
