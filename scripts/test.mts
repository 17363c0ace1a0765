import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { $ } from 'zx';
import { root } from './bundle.mts';
import { setUpRedis } from './setup.mts';

const HELP = `npm test [-- --only NAME …] [-- --list]

Everything that must hold before a change lands, cheapest first; needs no Docker. Goes on after a failure, and ends with
one line: N passed, N failed, N skipped.

  npm test
  npm test -- --only lint --only types
  npm test -- --only bluegreen`;

interface Tally {
  passed: number;
  failed: number;
  skipped: string[];
}

interface Check {
  readonly name: string;
  readonly run: () => Promise<Tally>;
}

/** A tool whose exit code is the verdict counts as one test. */
const tool = (name: string, command: string, ...args: string[]): Check => ({
  name,
  run: async () => {
    const { exitCode } = await $({ cwd: root, stdio: 'inherit', nothrow: true })`${command} ${args}`;
    return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: [] };
  },
});

const JestResult = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) })),
});

/** One project of jest.config.mjs; no retries, and a suite that cannot run names its reason in its title. */
const jest = (name: string, ...args: string[]): Check => ({
  name,
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'devplatform-jest-'));
    const output = join(folder, 'result.json');
    try {
      await $({ cwd: root, stdio: 'inherit', nothrow: true })`jest --selectProjects ${name} --json --outputFile ${output} ${args}`;
      const result = JestResult.parse(JSON.parse(readFileSync(output, 'utf8')));
      const skipped = result.testResults.flatMap(({ assertionResults }) =>
        assertionResults.filter(({ status }) => status === 'pending' || status === 'todo'),
      );
      return {
        passed: result.numPassedTests,
        failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
        skipped: skipped.map(({ fullName }) => fullName),
      };
    } catch (error) {
      console.error(error);
      return { passed: 0, failed: 1, skipped: [] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

const CHECKS: readonly Check[] = [
  tool('format', 'prettier', '--check', '.', '--log-level', 'warn'),
  tool('manifests', 'sherif'),
  tool('spelling', 'cspell', '--no-progress', '--no-summary', '--gitignore', '.'),
  tool('types', 'tsc', '-p', 'tsconfig.json'),
  tool('types-frontend', 'tsc', '-p', 'apps/frontend', '--noEmit'),
  tool('cycles', 'depcruise', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'migrations', 'scripts', 'tests'),
  tool('dead-code', 'knip', '--no-progress'),
  tool('lint', 'nx', 'lint', 'scripts'),
  tool('build', 'nx', 'build', 'scripts'),
  // What is pending, and what the releases in dist/ declare of themselves.
  tool('migrations', 'node', '--disable-warning=ExperimentalWarning', 'scripts/check-migrations.mts'),
  jest('unit', '--maxWorkers=2'),
  jest('bluegreen', '--runInBand'),
];

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const unknown = values.only?.filter((name) => !CHECKS.some((check) => check.name === name)) ?? [];
if (values.help) {
  console.log(HELP);
} else if (values.list) {
  console.log(CHECKS.map(({ name }) => name).join('\n'));
} else if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(', ')}; there are ${CHECKS.map(({ name }) => name).join(', ')}. Nothing was run.`);
  process.exitCode = 2;
} else {
  await setUpRedis();
  const tallies: { name: string; seconds: string; tally: Tally }[] = [];
  for (const check of CHECKS.filter(({ name }) => values.only?.includes(name) ?? true)) {
    console.log(`\n── ${check.name}`);
    const start = performance.now();
    const tally = await check.run();
    tallies.push({ name: check.name, seconds: ((performance.now() - start) / 1000).toFixed(1), tally });
  }
  console.log('');
  for (const { name, seconds, tally } of tallies)
    console.log(
      `${name.padEnd(15)} ${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(7)} s  ${tally.passed} passed, ${tally.failed} failed`,
    );
  const skipped = tallies.flatMap(({ tally }) => tally.skipped);
  if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((name) => `  ${name}`).join('\n')}`);
  const sum = (of: 'passed' | 'failed'): number => tallies.reduce((total, { tally }) => total + tally[of], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${skipped.length} skipped`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}
