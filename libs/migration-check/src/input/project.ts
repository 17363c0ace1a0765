import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManifestError } from '../read/manifest.ts';
import type { Judgement, LocatedFinding, MigrationCase } from './migration-case.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** Where this project's migrations are, from its root. */
const FOLDER = 'migrations';

/** This project's pending migrations against its last release. Throws UnreadableInput. */
export async function projectCase(root: string): Promise<MigrationCase> {
  // It starts a process for each release, and has what that needs.
  const project = await import('../read/project.ts');
  try {
    return await project.projectCase(root);
  } catch (error) {
    if (error instanceof ManifestError) throw new UnreadableInput(`${error.message}. Nothing was judged.`, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInput(`This project's migrations cannot be read: ${reason}\nNothing was judged.`, { cause: error });
  }
}

/** With the file and the line where a migration's class has the statement; what is put together while it runs stays with the migration's name. */
export function inFiles(judgement: Judgement, root: string): Judgement {
  const folder = join(root, FOLDER);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const placed = (finding: LocatedFinding): LocatedFinding => {
    const timestamp = /\d{13}$/.exec(finding.source)?.[0];
    const name = names.find((one) => timestamp !== undefined && one.startsWith(timestamp) && one.endsWith('.ts'));
    const [first = ''] = finding.statement.split('\n');
    if (name === undefined || first.trim() === '') return finding;
    const line = readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .findIndex((one) => one.includes(first.trim()));
    return line === -1 ? finding : { ...finding, source: `${FOLDER}/${name}`, line: line + 1 };
  };
  return { ...judgement, findings: judgement.findings.map(placed) };
}
