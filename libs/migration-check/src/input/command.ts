import { resolve } from 'node:path';
import { githubReport } from '../report/github.ts';
import { batchLine, jsonReport } from '../report/json.ts';
import { sarifReport } from '../report/sarif.ts';
import { textReport } from '../report/text.ts';
import { loadParser } from '../sql/statement.ts';
import { type Arguments, argumentsOf, type Format } from './arguments.ts';
import { judgeBatch } from './batch.ts';
import { CaseReader, judge, type Judgement, type MigrationCase } from './migration-case.ts';
import { inFiles, projectCase } from './project.ts';
import { locate } from './text-file.ts';
import { UnreadableInput } from './unreadable-input.ts';

const HELP = `npm run -s check-migrations -- [--sql FILE … --schema FILE --previous FILE --transaction wrapped|none]
                                [--format text|json|sarif|github] [--replay] [--database-url URL]
npm run -s check-migrations -- --batch FILE.jsonl

Says whether migrations leave the previous release, which still runs, as it is (compat), and whether they hold up a table in
use (lock). Without files: this project's pending migrations against the last release.

  --sql FILE           what is to be applied; several times: a chain of migrations, each committed for itself
  --schema FILE        SQL that makes the schema before (default: there is no table yet)
  --previous FILE      {"columns":{"table":["column"]},"queries":["SQL"]}: all that the previous release maps and runs;
                       needed as soon as the schema has a table
  --transaction MODE   wrapped: each file in one transaction (default); none: every statement commits by itself
  --batch FILE         a case a line: {"id","sql","schema","previous","transaction"}, paths from the batch's folder or from
                       the working directory; answers with a line each, {"id","verdict","findings"}
  --format FORMAT      text (default), json (--json for short), sarif, github
  --replay             applies them to a PostgreSQL as well and runs the previous release's queries there
  --database-url URL   the PostgreSQL for that (default: the embedded one)

  npm run -s check-migrations
  npm run -s check-migrations -- --sql up.sql --schema before.sql --previous v1.json
  npm run -s check-migrations -- --sql up.sql --schema before.sql --previous v1.json --transaction none --format json
  npm run -s check-migrations -- --batch cases.jsonl > answers.jsonl

Exit code: 0 safe; 1 unsafe or unknown; 2 the input cannot be read. Of a batch the highest one counts; every line is answered.
What each rule means and how to write it instead: docs/migrations/README.md`;

/** Where a command runs. */
export interface Surroundings {
  /** Text to standard output; a line break is added. */
  readonly print: (text: string) => void;
  /** Likewise, to standard error. */
  readonly complain: (text: string) => void;
  readonly colours: boolean;
  /** Where relative paths are looked for, in this order; the first is where the person stands. */
  readonly folders: readonly string[];
  /** Of the project whose migrations are judged where no file is named. */
  readonly root: string;
}

/** Resolves to the exit code; whatever goes wrong is said on standard error. */
export async function checkMigrations(words: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const wanted = argumentsOf(words);
    if (wanted.help) {
      surroundings.print(HELP);
      return 0;
    }
    await loadParser();
    return wanted.batch === null ? await single(wanted, surroundings) : await batch(wanted.batch, wanted, surroundings);
  } catch (error) {
    // Exit code 1 would say that something was judged.
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    surroundings.complain(
      error instanceof UnreadableInput ? error.message : `The checker itself failed, and nothing was judged: ${reason}`,
    );
    return 2;
  }
}

async function single(wanted: Arguments, { print, complain, colours, folders, root }: Surroundings): Promise<number> {
  const ofProject = wanted.sql.length === 0;
  const migrationCase = ofProject ? await projectCase(root) : new CaseReader(folders).read(wanted);
  await using judging = await judgingOf(wanted);
  const judgement = await judging.judge(migrationCase);
  for (const note of judgement.notes) complain(note);
  print(reportOf(ofProject ? inFiles(judgement, root) : judgement, wanted.format, colours));
  return judgement.verdict === 'safe' ? 0 : 1;
}

async function batch(file: string, wanted: Arguments, { print, complain, folders }: Surroundings): Promise<number> {
  const path = resolve(locate(file, folders, 'batch'));
  await using judging = await judgingOf(wanted);
  let code = 0;
  for await (const answer of judgeBatch(path, folders, judging.judge)) {
    if ('judgement' in answer) for (const note of answer.judgement.notes) complain(`${answer.id ?? path}: ${note}`);
    print(batchLine(answer));
    code = Math.max(code, answer.verdict === 'safe' ? 0 : answer.verdict === 'error' ? 2 : 1);
  }
  return code;
}

interface Judging extends AsyncDisposable {
  readonly judge: (migrationCase: MigrationCase) => Judgement | Promise<Judgement>;
}

/** PostgreSQL is started only where it is asked for. */
async function judgingOf({ replay, databaseUrl }: Arguments): Promise<Judging> {
  if (!replay) return { judge, [Symbol.asyncDispose]: () => Promise.resolve() };
  const { ReplayedJudgement } = await import('./replayed-judgement.ts');
  return ReplayedJudgement.open(databaseUrl);
}

function reportOf(judgement: Judgement, format: Format, colours: boolean): string {
  switch (format) {
    case 'json':
      return jsonReport(judgement);
    case 'sarif':
      return sarifReport(judgement);
    case 'github':
      return githubReport(judgement);
    case 'text':
      return textReport(judgement, colours);
  }
}
