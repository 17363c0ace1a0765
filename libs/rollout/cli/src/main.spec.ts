import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localTarget } from '@devplatform/target-local';

const MAIN = join(import.meta.dirname, 'main.ts');
const PATIENCE_MS = 30_000;

let folder: string;
let home: string;
let releases: string;

/** As a user runs it: a process of its own, in an environment where nothing was brought up. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
const where = (): string[] => ['--home', home, '--releases', releases];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollout-cli-'));
  home = join(folder, 'home');
  releases = join(folder, 'releases');
  for (const tag of ['v1.2.0', 'v1.3.0']) {
    mkdirSync(join(releases, tag), { recursive: true });
    const built = { commit: 'abc123', digest: `sha256:${'0'.repeat(64)}`, contracts: [1], protocol: [1, 1], migrations: [] };
    writeFileSync(join(releases, tag, 'release.json'), JSON.stringify({ tag, version: tag.slice(1), ...built }));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('wrong use ends with 2 and says what is valid', () => {
  it.each([
    ['an unknown verb', ['promote', 'backend'], "unknown command 'promote'"],
    ['no service', ['deploy'], "missing required argument 'service'"],
    ['an unknown service', ['deploy', 'database'], 'Allowed choices are backend.'],
    ['an unknown slot', ['deploy', 'backend', '--slot', 'red'], 'Allowed choices are blue, green.'],
    [
      'an unknown target',
      ['deploy', 'backend', '--target', 'mars'],
      'Targets are local and, planned and not built yet, compose, kubernetes, ecs.',
    ],
    ['a planned target', ['status', 'backend', '--target', 'ecs'], 'planned and not built yet'],
    ['a malformed release', ['deploy', 'backend', '--release', 'latest'], 'A release is named like v1.3.0.'],
    ['an unknown option', ['rollback', 'backend', '--slot', 'blue'], "unknown option '--slot'"],
    ['an impossible timeout', ['deploy', 'backend', '--readiness-timeout', '0'], 'from 1 to 3600'],
  ])(
    '%s',
    async (_, args, message) => {
      const { code, stderr } = await run(...args);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    },
    PATIENCE_MS,
  );

  it(
    'an unknown release',
    async () => {
      const { code, stderr } = await run('deploy', 'backend', '--release', 'v9.9.9', ...where());
      expect(stderr).toMatch(/no release v9\.9\.9 .*v1\.2\.0, v1\.3\.0/);
      expect(stderr).toContain('untouched  Nothing was changed.');
      expect(code).toBe(2);
    },
    PATIENCE_MS,
  );
});

describe('where nothing runs yet', () => {
  it.each([
    ['deploy', 'npx nx deploy backend --slot green --release v1.3.0'],
    ['rollback', 'npx nx rollback backend'],
    ['resume', 'npx nx resume backend'],
    ['abort', 'npx nx abort backend --json'],
    ['status', 'npx nx status backend --ledger'],
    ['down', 'npm run down'],
  ])(
    '%s --help has examples and the exit codes',
    async (verb, example) => {
      const { code, stdout } = await run(verb, '--help');
      expect(stdout).toContain(example);
      expect(stdout).toContain('3 another deployment holds the lock');
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'a dry run says what the first deployment would do, and does nothing',
    async () => {
      const { code, stdout } = await run('deploy', 'backend', '--dry-run', '--json', ...where());
      const plan = JSON.parse(stdout) as { steps: { step: string }[] };
      expect(plan).toMatchObject({ type: 'plan', from: null, to: 'blue', previous: null, next: 'v1.3.0' });
      expect(plan.steps.map(({ step }) => step)).toEqual([
        ...['prepare', 'preflight', 'migrate', 'deploy', 'readiness', 'smoke', 'switch', 'start-work'],
      ]);
      expect(code).toBe(0);
      expect((await run('status', 'backend', ...where())).stdout).toContain('Nothing runs here.');
    },
    PATIENCE_MS,
  );

  it(
    'a rollback says that there is nothing to go back from, in JSON too',
    async () => {
      const { code, stdout } = await run('rollback', 'backend', '--json', ...where());
      expect(JSON.parse(stdout)).toMatchObject({ type: 'error', code: 'nothing-deployed', next: 'Deploy a release first.', exitCode: 1 });
      expect(code).toBe(1);
    },
    PATIENCE_MS,
  );

  it.each(['resume', 'abort'])(
    'there is nothing to %s',
    async (verb) => {
      const { code, stdout } = await run(verb, 'backend', '--json', ...where());
      expect(JSON.parse(stdout)).toMatchObject({ type: 'error', code: 'nothing-unfinished', exitCode: 1 });
      expect(code).toBe(1);
    },
    PATIENCE_MS,
  );

  it(
    'a second deployment ends with 3 and says who holds the lock',
    async () => {
      const lease = await localTarget({ home, releasesDir: releases }).lease({ who: 'eve@host', deploymentId: 'hers' });
      const { code, stderr } = await run('deploy', 'backend', ...where());
      await lease.release();
      expect(stderr).toContain('eve@host');
      expect(code).toBe(3);
    },
    PATIENCE_MS,
  );

  it(
    'there is nothing to end',
    async () => {
      expect(await run('down', ...where())).toMatchObject({ code: 0, stdout: 'Nothing was running.\n' });
    },
    PATIENCE_MS,
  );
});
