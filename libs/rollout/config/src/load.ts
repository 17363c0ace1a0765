import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { check } from './check.ts';
import type { RolloutConfig } from './configuration.ts';
import { ConfigurationFile, EXTENSIONS } from './configuration-file.ts';
import { ConfigurationError } from './fault.ts';
import { typescriptParser } from './location.ts';

const NAMES = EXTENSIONS.map((extension) => `bluegreen.config${extension}`);

export interface Source {
  /** Relative to the workspace, or absolute; left out: the one that lies at the workspace's root. */
  readonly file?: string | undefined;
  readonly workspaceRoot: string;
  /** What finds the lines of faults. */
  readonly parser?: typeof typescriptParser;
}

export interface Loaded {
  /** Absolute; null: there is none, and the defaults hold. */
  readonly file: string | null;
  /** Valid, for every target. */
  readonly config: RolloutConfig;
}

/** Reads and checks the configuration. Throws ConfigurationError with every fault at once; without a file, the defaults hold. */
export async function loadConfiguration({ file, workspaceRoot, parser = typescriptParser }: Source): Promise<Loaded> {
  const found = file === undefined ? theOne(workspaceRoot) : resolve(workspaceRoot, file);
  if (found === null) return { file: null, config: {} };
  const source = new ConfigurationFile(found, workspaceRoot, parser);
  const raw = await source.read();
  const findings = check(raw);
  if (findings.length === 0) return { file: found, config: raw as RolloutConfig };
  const location = await source.location();
  throw source.error(findings.map((finding) => ({ ...finding, line: location?.of(finding.path) ?? null })));
}

/** Two of them would be a guess. */
function theOne(workspaceRoot: string): string | null {
  const [first, second] = NAMES.filter((name) => existsSync(join(workspaceRoot, name)));
  if (first === undefined) return null;
  if (second === undefined) return join(workspaceRoot, first);
  throw new ConfigurationError(first, [{ path: [], line: null, message: `stands beside ${second}, and only one of them can hold` }]);
}
