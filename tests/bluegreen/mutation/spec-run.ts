import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopLeftovers } from './leftovers.ts';
import type { ProductCopy } from './product-copy.ts';
import { runInCopy } from './run-in-copy.ts';
import { citing, type JestReport } from './verdict.ts';

/** Runs the tests of a spec that cite one of the rules, in the copy. Where jest says nothing, the report has no tests and says why. */
export async function runSpec(copy: ProductCopy, spec: string, rules: readonly string[], signal: AbortSignal): Promise<JestReport> {
  const folder = mkdtempSync(join(copy.root, '..', 'report-'));
  const output = join(folder, 'report.json');
  try {
    const args = [
      ...['--runTestsByPath', spec, '-t', citing(...rules), '--json', '--outputFile', output],
      ...['--env', join(import.meta.dirname, 'hook-environment.ts'), '--runInBand', '--forceExit', '--ci'],
    ];
    const { said } = await runInCopy(copy, ['node_modules/jest/bin/jest.js', ...args], signal);
    return reportIn(output) ?? { success: false, testResults: [{ message: said, assertionResults: [] }] };
  } finally {
    await stopLeftovers(copy.temporary);
    rmSync(folder, { recursive: true });
  }
}

function reportIn(file: string): JestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return null;
  }
}
