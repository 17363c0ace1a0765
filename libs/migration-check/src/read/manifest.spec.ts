import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MANIFEST_FILE, ManifestError, readManifest } from './manifest.ts';

const GOOD = {
  ...{ format: 1, project: 'ours', release: 'v1.2.0', columns: { t: ['a'] }, queries: ['SELECT a FROM t'], unread: [] },
  migrations: [{ name: 'A1', phase: 'expand', transaction: 'wrapped', up: 'SELECT 1;\n', down: null, gaps: [] }],
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const write = (text: string): void => {
  writeFileSync(join(folder, MANIFEST_FILE), text);
};

describe('readManifest', () => {
  it('MIG-69: reads what a build wrote', () => {
    write(JSON.stringify(GOOD));
    expect(readManifest(folder)).toEqual(GOOD);
  });

  it.each<[string, string | null, string]>([
    ['is missing', null, 'is missing'],
    ['is no JSON', '\u0000\u0001', 'is no description'],
    ['lacks something', JSON.stringify({ ...GOOD, queries: undefined }), 'queries'],
    ['has something that nobody knows', JSON.stringify({ ...GOOD, tables: [] }), 'tables'],
    ['is of a later format', JSON.stringify({ ...GOOD, format: 2 }), 'format'],
  ])('MIG-69: says that it %s', (_, text, why) => {
    if (text !== null) write(text);
    expect(() => readManifest(folder)).toThrow(ManifestError);
    expect(() => readManifest(folder)).toThrow(why);
  });
});
