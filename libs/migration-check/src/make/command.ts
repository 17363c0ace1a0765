import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UnreadableInput } from '../input/unreadable-input.ts';
import { loadParser, statementsOf, UnreadableSql } from '../sql/statement.ts';
import { type MigrationSource, sourceOf, statementsOfPlan } from './migration-source.ts';
import type { PlannedMigration } from './planned-migration.ts';
import { RECIPES } from './recipe.ts';

const HELP = `npm run -s make-migration -- RULE TARGET [OPTIONS]

Writes the safe form of a change of the schema into migrations/, as TypeORM classes: one file, or several where the previous
release still runs on the old form. Never overwrites, and says in which release each file belongs.

  add-column projects.archived_at --type timestamptz
  add-column projects.archived --type boolean --default false --not-null
  remove-column projects.archived_at --type timestamptz     (--type: so that there is a way back)
  remove-column projects.owner --default "''"               (a NOT NULL column: the release before leaves it out)
  rename-column projects.title name --type text             three files
  add-table audit_entry --column "actor uuid NOT NULL" --column "what text NOT NULL"
  change-column-type projects.size --from integer --type bigint [--to size_big]     three files
  change-column-type projects.name --from "varchar(20)" --type text                 one: widening is free
  add-index projects.owner,created_at [--unique] [--name projects_owner]
  add-not-null projects.owner [--fill "'nobody'"]

  --key COLUMN         by which rows are filled a part at a time: unique and never null (default: id)
  --dir DIR            where to (default: migrations)
  --timestamp MS       of the first file, in milliseconds (default: now)
  --dry-run            print what would be written
  --json               {"written":[{"file","class","phase","release"}]} instead of words

Exit code: 0 written (or printed), 2 nothing was written, and why.
Why each is written as it is: docs/migrations/README.md`;

/** Where the command runs. */
export interface MakingSurroundings {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Where relative paths of --dir start. */
  readonly workingDirectory: string;
  /** Without --dir. */
  readonly migrations: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Resolves to the exit code; whatever goes wrong is said on standard error, and nothing is written then. */
export async function makeMigration(words: readonly string[], surroundings: MakingSurroundings): Promise<number> {
  try {
    await loadParser();
    return make(words, surroundings);
  } catch (error) {
    if (!(error instanceof UnreadableInput)) throw error;
    surroundings.complain(error.message);
    return 2;
  }
}

function make(words: readonly string[], { print, workingDirectory, migrations, now }: MakingSurroundings): number {
  const { values, positionals } = parsedWords(words);
  if (values.help) {
    print(HELP);
    return 0;
  }
  const planned = planOf(positionals, values);
  const folder = values.dir === undefined ? migrations : resolve(workingDirectory, values.dir);
  const first = timestampOf(values.timestamp, now);
  const phased = existsSync(join(folder, 'phase.ts'));
  const sources = planned.map((migration, i) => ({ migration, ...sourceOf(migration, first + i, phased) }));
  const files = sources.map((source) => ({ ...source, path: join(folder, source.fileName) }));
  if (!values['dry-run']) write(folder, files);
  const shown = (path: string): string => relative(workingDirectory, path);
  if (values.json) {
    const written = files.map(({ path, className, migration: { phase, release } }) => ({
      file: shown(path),
      class: className,
      phase,
      release,
    }));
    print(JSON.stringify({ written }, null, 2));
  } else if (values['dry-run']) {
    print(files.map(({ path, text }) => `// ${shown(path)}\n${text}`).join('\n'));
  } else {
    print(instructions(files, shown, existsSync(join(folder, 'index.ts'))));
  }
  return 0;
}

function parsedWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...{ type: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, default: { type: 'string' } },
        ...{ fill: { type: 'string' }, name: { type: 'string' }, key: { type: 'string' }, column: { type: 'string', multiple: true } },
        ...{ unique: { type: 'boolean' }, 'not-null': { type: 'boolean' }, dir: { type: 'string' }, timestamp: { type: 'string' } },
        ...{ 'dry-run': { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      },
    } as const);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

function planOf(
  [rule, target, to, ...others]: readonly string[],
  { column = [], unique = false, 'not-null': notNull = false, ...values }: ReturnType<typeof parsedWords>['values'],
): readonly PlannedMigration[] {
  const recipe = rule !== undefined && Object.hasOwn(RECIPES, rule) ? RECIPES[rule] : undefined;
  if (recipe === undefined)
    throw wrong(`${rule === undefined ? 'A rule is missing' : `There is no rule ${rule}`}; there are ${Object.keys(RECIPES).join(', ')}`);
  if (target === undefined) throw wrong(`${rule ?? ''} of what? Write table.column, or the name of a table`);
  if (others.length > 0) throw wrong(`${others.join(' ')} is too much`);
  const planned = recipe({ target, to: to ?? null, columns: column, unique, notNull, options: values });
  for (const sql of planned.flatMap(statementsOfPlan)) readable(sql);
  return planned;
}

/** What was given as a type, a default or a column is SQL, and one statement has to stay one. */
function readable(sql: string): void {
  try {
    if (statementsOf(sql).length === 1) return;
    throw wrong(`That would make more than one statement:\n${sql}\n`);
  } catch (error) {
    if (error instanceof UnreadableSql) throw wrong(`PostgreSQL does not read what would come out (${error.reason}):\n${sql}\n`);
    throw error;
  }
}

function timestampOf(given: string | undefined, now: () => number): number {
  if (given === undefined) return now();
  if (!/^\d{13}$/.test(given)) throw wrong(`--timestamp ${given} is no time in milliseconds (13 digits), which TypeORM sorts by`);
  return Number(given);
}

type Written = MigrationSource & { readonly path: string; readonly migration: PlannedMigration };

function write(folder: string, files: readonly Written[]): void {
  const there = files.filter(({ path }) => existsSync(path));
  if (there.length > 0) throw wrong(`${there.map(({ path }) => path).join(', ')} is there already`);
  try {
    mkdirSync(folder, { recursive: true });
    for (const { path, text } of files) writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw new UnreadableInput(`It cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function instructions(files: readonly Written[], shown: (path: string) => string, listed: boolean): string {
  const lines = files.map(({ path, migration: { phase, release } }) => `  ${shown(path)}\n    ${phase}: ${release}`);
  const imports = files.map(({ className, fileName }) => `  import { ${className} } from './${fileName}';`);
  const next = listed
    ? ['Next, each when its release comes: list it in index.ts,', ...imports]
    : ['Next, each when its release comes: add it to the migrations of your data source,'];
  return ['Written:', ...lines, '', ...next, 'and see what the checker says of it: npm run -s check-migrations'].join('\n');
}

const wrong = (reason: string): UnreadableInput =>
  new UnreadableInput(`${reason}. Nothing was written. (--help shows an example for each rule)`);
