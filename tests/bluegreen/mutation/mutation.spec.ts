import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcess, startProcess } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Control } from '../controls/control.ts';
import { stopLeftovers } from './leftovers.ts';
import { mutate, type Row } from './mutation.ts';
import { ProductCopy } from './product-copy.ts';
import { isRed, lastLineOf, tableOf } from './table.ts';

const PRODUCT = `
export const double = (n) => n * 2;
export const start = () => true;
`;
const SPEC = `
import { beforeAll, describe, expect, it } from '@jest/globals';
import { double, start } from './product.mjs';
describe('numbers', () => {
  it('X-1: doubles', () => { expect(double(2)).toBe(4); });
  it('X-10: is never right', () => { expect(double(2)).toBe(5); });
  it.skip('X-3: is not looked at', () => { expect(double(2)).toBe(4); });
});
describe('a server', () => {
  beforeAll(() => { if (!start()) throw new Error('did not start'); });
  it('X-2: doubles', () => { expect(double(3)).toBe(6); });
});
`;
const CONFIG = `export default { transform: { '\\\\.mjs$': ['@swc/jest', { module: { type: 'commonjs' } }] }, testMatch: ['**/*.spec.mjs'] };`;

const control = (rule: string, find: string, replace: string): Control => ({
  ...{ rule, control: `${find} → ${replace}`, test: 'product.spec.mjs' },
  edits: [{ file: 'product.mjs', find, replace }],
});

/** A product of two functions with its tests, and one run of controls of every kind. */
describe('the mutation run', () => {
  const root = mkdtempSync(join(tmpdir(), 'devplatform-product-'));
  let rows: readonly Row[];
  let untouched: string;
  let copied: string;

  beforeAll(async () => {
    const files = {
      'package.json': '{}',
      'jest.config.mjs': CONFIG,
      'product.mjs': PRODUCT,
      'product.spec.mjs': SPEC,
      '.gitignore': 'node_modules',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    mkdirSync(join(root, 'node_modules'));
    for (const name of ['jest', '@jest', '@swc'])
      symlinkSync(join(__dirname, '../../../node_modules', name), join(root, 'node_modules', name));
    await using copy = ProductCopy.of(root);
    rows = await mutate(
      copy,
      [
        control('X-1', 'n * 2', 'n * 3'),
        control('X-1', 'true', 'false'),
        control('X-1', 'n * 2', 'n * '),
        control('X-1', 'n * 2', 'm * 2'),
        control('X-1', 'n * 4', 'n * 3'),
        control('X-1', 'export', ''),
        control('X-2', 'true', 'false'),
        control('X-3', 'n * 2', 'n * 3'),
        control('X-9', 'n * 2', 'n * 3'),
        control('X-10', 'n * 2', 'n * 3'),
      ],
      { baseline: () => undefined, row: () => undefined },
      new AbortController().signal,
    );
    copied = copy.read('product.mjs');
    untouched = readFileSync(join(root, 'product.mjs'), 'utf8');
  }, 60_000);

  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it.each([
    ['a test that fails at its point', 0, 'red', /Expected: 4 Received: 6/],
    ['a test that does not notice', 1, 'green', /^$/],
    ['a syntax error', 2, 'broken', /nothing ran/],
    ['a name that does not exist', 3, 'broken', /m is not defined/],
    ['an edit of what is not there', 4, 'stale', /does not contain: n \* 4/],
    ['an edit of what is there twice', 5, 'stale', /contains 2 times: export/],
    ['a hook that fails', 6, 'broken', /a hook failed before it: .*did not start/],
    ['a test that is skipped', 7, 'unproven', /skipped: numbers X-3/],
    ['a rule without a test', 8, 'unproven', /no test cites X-9/],
    ['a test that fails on the unbroken product', 9, 'unproven', /Expected: 5 Received: 4/],
  ] as const)('takes %s for what it is', (_, index, kind, why) => {
    const verdict = rows[index]?.verdict;
    expect(verdict?.kind).toBe(kind);
    expect(verdict && 'why' in verdict ? verdict.why : '').toMatch(why);
  });

  it('leaves the working tree alone, and nothing broken in the copy', () => {
    expect(untouched).toBe(PRODUCT);
    expect(copied).toBe(PRODUCT);
  });

  it('succeeds only when every control is red', () => {
    expect(rows.filter(isRed)).toHaveLength(1);
    expect(lastLineOf(rows)).toBe('1 of 10 controls are red');
    expect(tableOf(rows)).toMatch(/^X-1 +n \* 2 → n \* 3 +product\.spec\.mjs +red +\d/m);
  });

  it('ends what a test left running, by its record', async () => {
    const folder = join(root, 'leftovers');
    const dir = join(folder, 'environment');
    await startProcess({ dir, name: 'server', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {} });
    const left = findProcess(dir, 'server');
    await stopLeftovers(folder);
    expect(left).not.toBeNull();
    expect(() => process.kill(left?.pid ?? 0, 0)).toThrow('ESRCH');
    expect(findProcess(dir, 'server')).toBeNull();
  });
});
