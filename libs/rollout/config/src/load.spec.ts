import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Source } from './load.ts';
import type { Outcome } from './spec-support/load-main.ts';

const ROOT = join(__dirname, '../../../..');
const MAIN = join(__dirname, 'spec-support/load-main.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollout-config-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Wanted = Omit<Source, 'workspaceRoot' | 'parser'> & { readonly workspaceRoot?: string; readonly withoutParser?: boolean };

/** Each in a workspace of its own, with these files, and all in one process. */
function load(...wanted: readonly (Wanted & { readonly files?: Readonly<Record<string, string>> })[]): readonly Outcome[] {
  const sources = wanted.map(({ files = {}, ...source }) => {
    const workspaceRoot = mkdtempSync(join(folder, 'workspace '));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(workspaceRoot, name)), { recursive: true });
      writeFileSync(join(workspaceRoot, name), text);
    }
    return { workspaceRoot, ...source };
  });
  return JSON.parse(execFileSync(process.execPath, [MAIN, JSON.stringify(sources)], { encoding: 'utf8' })) as Outcome[];
}

const refused = (outcome: Outcome | undefined): Extract<Outcome, { message: string }> => {
  if (outcome === undefined || !('message' in outcome)) throw new Error(`It was accepted: ${JSON.stringify(outcome)}`);
  return outcome;
};

const FAULTY = `import { defineConfig } from '@devplatform/rollout-config';
const strict: Record<string, string> = {
  p95: '6s',
};
const more = { bogus: 1 };

export default defineConfig({
  services: {
    'mailer': { role: 'worker' },
  },
  monitor: { interval: '1s',
    soft: strict,
    samples: { requests: 0 } },
  notifications: { webhook: { url: 'https://x',
    events: ['deployment.step',
      'none'] } },
  ...more,
} as never);
`;

/** What it does, its files, and what is said of it. */
const UNREADABLE: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['throws', { 'bluegreen.config.ts': `const a: number = 1;\n\nthrow new Error('no ' + a);` }, 'bluegreen.config.ts:3  throws: no 1'],
  ['throws no error', { 'bluegreen.config.mjs': `throw 'nothing';` }, 'bluegreen.config.mjs  throws: nothing'],
  ['is no TypeScript', { 'bluegreen.config.ts': `export default {\n  a: [,\n  b:\n};` }, 'bluegreen.config.ts:3  cannot be parsed: '],
  [
    'needs more than type stripping',
    { 'bluegreen.config.ts': `\nenum A { b }\nexport default {};` },
    'bluegreen.config.ts:2  cannot be parsed: ',
  ],
  ['is no JavaScript', { 'bluegreen.config.mjs': `export default {\n  a 1,\n};` }, 'bluegreen.config.mjs:2  cannot be parsed: '],
  ['is no JSON', { 'bluegreen.config.json': `{\n  "bake": {\n    for\n}` }, 'bluegreen.config.json:3  is no JSON: '],
  ['is an empty file', { 'bluegreen.config.json': '' }, 'is no JSON: '],
  [
    'imports a package that is not there',
    { 'bluegreen.config.ts': `\nimport x from 'nowhere-x';\nexport default x;` },
    'bluegreen.config.ts:2  imports what is not there: ',
  ],
  [
    'imports a file that is not there',
    { 'bluegreen.config.ts': `\n\nimport x from './lacks.ts';\nexport default x;` },
    'bluegreen.config.ts:3  imports what is not there: ',
  ],
  [
    'imports what is no TypeScript',
    { 'bluegreen.config.ts': `import x from './x.ts';\nexport default x;`, 'x.ts': 'export default {' },
    'bluegreen.config.ts  imports what cannot be parsed: ',
  ],
  ['parses something itself', { 'bluegreen.config.ts': `\nexport default JSON.parse('{');` }, 'bluegreen.config.ts:2  throws: '],
  [
    'imports what is not exported',
    { 'bluegreen.config.ts': `\nimport { y } from './x.ts';\nexport default y;`, 'x.ts': 'export const x = 1;' },
    'bluegreen.config.ts:2  cannot be parsed: The requested module',
  ],
  [
    'exports nothing by default',
    { 'bluegreen.config.ts': `export const config = {};` },
    'bluegreen.config.ts  exports nothing by default: ',
  ],
  [
    'exports nothing',
    { 'bluegreen.config.ts': `const config = {};` },
    'bluegreen.config.ts  exports nothing by default: write `export default defineConfig({ … })`',
  ],
  [
    'exports a function',
    { 'bluegreen.config.mjs': `\nexport default () => ({});` },
    'bluegreen.config.mjs:2  exports a function and no configuration',
  ],
  ['exports a list', { 'bluegreen.config.mjs': `export default [];` }, 'bluegreen.config.mjs:1  exports a list and no configuration'],
  ['holds no group', { 'bluegreen.config.json': `"x"` }, "bluegreen.config.json:1  'x' is no group of options"],
];

describe('bluegreen.config', () => {
  it('CFG-10: is found at the root of the workspace, by any of its names; without it the defaults hold', () => {
    const waits = (ms: number): unknown => ({ readiness: { maxWaitMs: ms } });
    const outcomes = load(
      { files: { 'bluegreen.config.ts': `const wait: string = '1m';\nexport default { readiness: { maxWait: wait } };` } },
      { files: { 'bluegreen.config.mts': `export default { readiness: { maxWait: '1m' } } as const;` } },
      { files: { 'bluegreen.config.mjs': `export default { readiness: { maxWait: '1m' } };` } },
      { files: { 'bluegreen.config.js': `module.exports = { readiness: { maxWait: '1m' } };`, 'package.json': '{"type":"commonjs"}' } },
      { files: { 'bluegreen.config.json': `{ "readiness": { "maxWait": "1m" } }` } },
      { file: 'deploy/100% #1?.mjs', files: { 'deploy/100% #1?.mjs': `export default { readiness: { maxWait: '1m' } };` } },
      {},
    );
    expect(outcomes.slice(0, -1)).toMatchObject(Array(6).fill({ local: waits(60_000) }));
    expect(outcomes.at(-1)).toMatchObject({ file: null, local: waits(120_000) });
  });

  it('CFG-10: is never guessed at: two of them, or none of the given name, are refused', () => {
    const [two, none, other] = load(
      { files: { 'bluegreen.config.ts': 'export default {};', 'bluegreen.config.json': '{}' } },
      { file: 'nowhere.ts' },
      { file: 'bluegreen.yaml', files: { 'bluegreen.yaml': 'services: {}' } },
    );
    expect(refused(two).message).toContain('bluegreen.config.ts  stands beside bluegreen.config.json');
    expect(refused(none).message).toContain('nowhere.ts  there is no such file');
    expect(refused(other).message).toContain('bluegreen.yaml is no file that can be read');
  });

  it('CFG-11: has every fault listed with its line, through constants, spreads and defineConfig', () => {
    const [outcome] = load({ files: { 'bluegreen.config.ts': FAULTY } });
    const { message } = refused(outcome);
    expect(message.split('\n').map((line) => line.trim().split('  ').slice(0, 2).join(' '))).toEqual([
      'bluegreen.config.ts has 5 faults:',
      'bluegreen.config.ts:3 monitor.soft.p95',
      'bluegreen.config.ts:5 bogus',
      'bluegreen.config.ts:8 services',
      'bluegreen.config.ts:13 monitor.samples.requests',
      'bluegreen.config.ts:16 notifications.webhook.events.1',
    ]);
  });

  it('CFG-11: has the line of what an option is missing from, and the line in JSON and CommonJS', () => {
    const outcomes = load(
      { files: { 'bluegreen.config.ts': `export default {\n  services: {\n    shop: {},\n  },\n};` } },
      { files: { 'bluegreen.config.json': `{\n  "bake": {\n    "for": "1s"\n  }\n}` } },
      { files: { 'bluegreen.config.js': `\nmodule.exports = {\n  bogus: 1,\n};`, 'package.json': '{"type":"commonjs"}' } },
      {
        files: {
          'bluegreen.config.ts': `import bake from './bake.ts';\n\nexport default {\n  bake,\n};`,
          'bake.ts': `export default { for: '1s' };`,
        },
      },
    );
    expect(outcomes.map((outcome) => refused(outcome).lines)).toEqual([[3], [3], [3], [4]]);
  });

  it('CFG-11: has its faults named by path alone where TypeScript is not installed', () => {
    const [outcome] = load({ withoutParser: true, files: { 'bluegreen.config.ts': FAULTY } });
    expect(refused(outcome).lines).toEqual([null, null, null, null, null]);
    expect(refused(outcome).message).toContain('\n  bluegreen.config.ts  monitor.soft.p95  the soft limit');
  });

  describe('CFG-12: says so, with file and line where known, when it', () => {
    let outcomes: readonly Outcome[];
    beforeAll(() => {
      outcomes = load(...UNREADABLE.map(([, files]) => ({ files })));
    });

    it.each(UNREADABLE.map(([what, , message], at) => [what, message, at] as const))('CFG-12: %s', (_, message, at) => {
      expect(refused(outcomes[at]).message).toContain(message);
    });
  });

  it('CFG-13: of this repository is valid, waits for nobody on `local`, and looks often', () => {
    const [outcome] = load({ workspaceRoot: ROOT });
    const fast = { timing: { startDelayMs: 0, intervalMs: 250 } };
    expect(outcome).toMatchObject({
      file: join(ROOT, 'bluegreen.config.ts'),
      local: {
        services: { backend: fast, worker: fast, frontend: fast },
        readiness: { maxWaitMs: 120_000, minReadyMs: 1_500 },
        monitor: { forMs: 0 },
        bake: { forMs: 0 },
        decommission: { how: 'park' },
        preflight: { acknowledge: {}, rehearseUpToBytes: null },
      },
    });
  });
});
