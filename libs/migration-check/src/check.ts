import { catalogOf } from './catalog/catalog-of.ts';
import { OldRelease } from './old-release.ts';
import { parsePrevious } from './previous/parsed.ts';
import type { PreviousRelease } from './previous/previous.ts';
import { RowsSoFar } from './rows-so-far.ts';
import { type Statement, statementsOf } from './sql/statement.ts';
import { type TransactionMode, type Verdict, verdictOf } from './verdict.ts';
import { type Migration, Walk, type WalkFinding } from './walk.ts';

export interface Chain {
  /** In the order in which they are applied. */
  readonly migrations: readonly Migration[];
  /** Statements that make the schema before. */
  readonly schema: readonly Statement[];
  readonly previous: PreviousRelease;
}

export interface CheckReport {
  readonly verdict: Verdict;
  /** In the order of the statements, each with the migration that it is about, counted from 0. */
  readonly findings: readonly WalkFinding[];
}

/** One migration as SQL, as the command line takes it. */
export interface CheckCase {
  readonly sql: string;
  readonly schema: string;
  readonly previous: PreviousRelease;
  readonly transaction: TransactionMode;
}

/** The verdict on one migration. Needs `await loadParser()` before; throws UnreadableSql. */
export function check({ sql, schema, previous, transaction }: CheckCase): CheckReport {
  return checkChain({
    migrations: [{ statements: statementsOf(sql), transaction }],
    schema: statementsOf(schema, 'the schema'),
    previous,
  });
}

/**
 * The verdict on pending migrations together, without a database: they are applied to a model of the schema, and at every moment that is committed
 * the previous release has to go on as before. Throws UnreadableSql.
 */
export function checkChain({ migrations, schema, previous }: Chain): CheckReport {
  const before = catalogOf(schema);
  const old = new OldRelease(parsePrevious(previous), before);
  if (migrations.length === 0) return { verdict: 'safe', findings: [] };
  const findings = [...before.unread.map(unreadSchema), ...new Walk(before, old, new RowsSoFar(before, schema)).through(migrations)];
  return { verdict: verdictOf(findings), findings };
}

/** What stands in the schema that it makes may be what the migration changes: nobody can say. */
const unreadSchema = (what: string): WalkFinding => ({
  ...{ rule: 'unreadable', kind: 'compat', verdict: 'unknown', statement: '', line: 1, migration: 0 },
  message: `The schema before could not be read as a whole: ${what}.`,
  rewrite: 'Give the schema as `pg_dump --schema-only` writes it.',
});
