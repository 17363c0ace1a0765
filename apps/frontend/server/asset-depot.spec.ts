import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fillDepot } from './asset-depot.ts';

describe('fillDepot', () => {
  let assets: string;
  let home: string;
  beforeEach(() => {
    assets = mkdtempSync(join(tmpdir(), 'assets-'));
    home = mkdtempSync(join(tmpdir(), 'depot-'));
    writeFileSync(join(assets, 'a-1.js'), 'a');
    writeFileSync(join(assets, 'b-2.css'), 'b');
  });
  afterEach(() => {
    for (const folder of [assets, home]) rmSync(folder, { recursive: true });
  });

  it('WEB-2: makes the depot and adds what it lacks, once', async () => {
    const depot = join(home, 'new/depot');
    expect(await fillDepot(assets, depot)).toBe(2);
    expect(await fillDepot(assets, depot)).toBe(0);
    expect(readdirSync(depot).sort()).toEqual(['a-1.js', 'b-2.css']);
    expect(readFileSync(join(depot, 'a-1.js'), 'utf8')).toBe('a');
  });

  it('touches no file that is there', async () => {
    writeFileSync(join(home, 'old-0.js'), 'old');
    writeFileSync(join(home, 'a-1.js'), 'a');
    const { ino } = statSync(join(home, 'a-1.js'));
    expect(await fillDepot(assets, home)).toBe(1);
    expect(statSync(join(home, 'a-1.js')).ino).toBe(ino);
    expect(readdirSync(home).sort()).toEqual(['a-1.js', 'b-2.css', 'old-0.js']);
  });

  it('rejects where the depot is no folder', async () => {
    await expect(fillDepot(assets, join(assets, 'a-1.js'))).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
