import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Case } from './case.ts';
import type { Judged } from './judgement.ts';

const Findings = z.array(z.looseObject({ file: z.string(), rule_name: z.string() }));
const Manifest = z.looseObject({ version: z.string() });

/** Advice on style, on settings of the session and on wide types: nobody is blocked or broken by what they name. */
const STYLE =
  /^(?:prefer-|ban-char-field$|require-(?:lock|statement)-timeout$|require-timeout-settings$|require-table-schema$|identifier-too-long$)/;

export interface SquawkReport {
  readonly version: string;
  /** Any finding of its default rules is unsafe. */
  readonly judged: Judged;
  /** Its best reading: the rules of style do not count. */
  readonly withoutStyle: Judged;
  /** Rules that gave findings and were left out of `withoutStyle`. */
  readonly ignored: readonly string[];
}

/** squawk-cli over the SQL of every case, with its `--assume-in-transaction` for wrapped ones. It takes no previous release and no schema. */
export async function judgedBySquawk(cases: readonly Case[]): Promise<SquawkReport> {
  const found = new Map<string, readonly string[]>();
  for (const mode of ['wrapped', 'none'] as const) {
    const chosen = cases.filter(({ transaction }) => transaction === mode);
    for (const [id, rules] of await rulesOf(chosen, mode === 'wrapped')) found.set(id, rules);
  }
  const all = [...new Set([...found.values()].flat())].sort();
  const judged = (counts: (rule: string) => boolean): Judged =>
    new Map(
      [...found].map(([id, rules]) => {
        const reasons = rules.filter(counts);
        return [id, { verdict: reasons.length > 0 ? 'unsafe' : 'safe', reasons }];
      }),
    );
  return {
    version: Manifest.parse(createRequire(import.meta.url)('squawk-cli/package.json')).version,
    judged: judged(() => true),
    withoutStyle: judged((rule) => !STYLE.test(rule)),
    ignored: all.filter((rule) => STYLE.test(rule)),
  };
}

async function rulesOf(cases: readonly Case[], inTransaction: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
  if (cases.length === 0) return new Map();
  const folder = await mkdtemp(join(tmpdir(), 'squawk-'));
  try {
    const files = await Promise.all(
      cases.map(async ({ sql }, i) => {
        const file = join(folder, `${String(i)}.sql`);
        await writeFile(file, sql);
        return file;
      }),
    );
    const program = join(dirname(createRequire(import.meta.url).resolve('squawk-cli/package.json')), 'js/bin/squawk');
    const args = ['--reporter', 'json', '--pg-version', '18', ...(inTransaction ? ['--assume-in-transaction'] : []), ...files];
    const findings = Findings.parse(JSON.parse(await outputOf([program, ...args])));
    const byFile = Map.groupBy(findings, ({ file }) => Number.parseInt(basename(file), 10));
    return new Map(cases.map(({ id }, i) => [id, (byFile.get(i) ?? []).map(({ rule_name }) => rule_name)]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** It ends with 1 where it found something: what it printed counts. */
async function outputOf(args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, [...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout } = z.looseObject({ stdout: z.string().min(1) }).parse(error);
    return stdout;
  }
}
