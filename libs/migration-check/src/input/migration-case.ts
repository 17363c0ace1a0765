import { catalogOf } from '../catalog/catalog-of.ts';
import type { PreviousRelease } from '../previous/previous.ts';
import { judgeChain } from '../read/judge-chain.ts';
import type { PendingMigration, SuccessionCase } from '../read/succession.ts';
import { type Statement, statementsOf, UnreadableSql } from '../sql/statement.ts';
import type { Finding, TransactionMode, Verdict } from '../verdict.ts';
import { fitting, manifestOf } from './manifest.ts';
import { locate, readText } from './text-file.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** What is to be judged, as paths. */
export interface CaseFiles {
  /** Migrations in the order in which they are applied. */
  readonly sql: readonly string[];
  /** null: there is no table yet. */
  readonly schema: string | null;
  /** null: only where the schema is empty. */
  readonly previous: string | null;
  readonly transaction: TransactionMode;
}

/** What is judged: read, parsed, and of one project. */
export type MigrationCase = Omit<SuccessionCase, 'unread'> & {
  readonly unread?: readonly string[];
  /** Why what goes may go, one sentence each. */
  readonly ledger?: readonly string[];
};

/** A finding with where its line is: a path, or the name of a migration. */
export type LocatedFinding = Finding & { readonly source: string };

export interface Judgement {
  readonly verdict: Verdict;
  readonly findings: readonly LocatedFinding[];
  /** What somebody answers for, one sentence each. */
  readonly allowed: readonly string[];
  /** Why what goes may go, one sentence each. */
  readonly ledger: readonly string[];
  /** What the reader should know besides, one sentence each. */
  readonly notes: readonly string[];
  /** How many migrations and statements were judged. */
  readonly migrations: number;
  readonly statements: number;
}

/** The static verdict. Needs `await loadParser()` before. */
export function judge({ migrations, ledger = [], ...chain }: MigrationCase): Judgement {
  const { verdict, findings, silenced } = judgeChain({ migrations, ...chain });
  const sourceOf = (index: number): string => migrations[index]?.source ?? '';
  return {
    verdict,
    findings: findings.map(({ migration, ...finding }) => ({ ...finding, source: sourceOf(migration) })),
    allowed: silenced.map(({ finding: { migration, line, rule }, reason }) => `${sourceOf(migration)}:${line} ${rule}, because ${reason}`),
    ledger,
    notes: [],
    migrations: migrations.length,
    statements: migrations.reduce((sum, { statements }) => sum + statements.length, 0),
  };
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly statements: readonly Statement[];
}

/** Reads and parses each file once, however many cases name it. */
export class CaseReader {
  readonly #folders: readonly string[];
  readonly #sources = new Map<string, Source>();

  /** Relative paths are looked for in these, in this order. */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** Throws UnreadableInput. */
  read({ sql, schema, previous, transaction }: CaseFiles): MigrationCase {
    const migrations = sql.map((path) => ({ ...this.#migration(path), transaction }));
    const before = schema === null ? EMPTY : this.#source(schema, 'schema');
    return { migrations, schema: before.statements, schemaText: before.text, previous: this.#previous(previous, before) };
  }

  #migration(path: string): Omit<PendingMigration, 'transaction'> {
    const { text, statements } = this.#source(path, 'migration');
    if (statements.length > 0) return { source: path, text, statements };
    throw new UnreadableInput(`${path}: the migration has no statement. An empty file is not judged.`);
  }

  #previous(path: string | null, before: Source): PreviousRelease {
    const catalog = readable(before.file, () => catalogOf(before.statements));
    if (path !== null) {
      const file = locate(path, this.#folders, 'manifest of the previous release');
      const previous = manifestOf(readText(file, 'manifest of the previous release'), path);
      return readable(path, () => fitting(previous, catalog, path));
    }
    if (catalog.relations.size === 0) return { columns: {}, queries: [] };
    throw new UnreadableInput(
      'No manifest of the previous release was given, and the schema has tables that it may use: without it nobody can say what would break. ' +
        'Give --previous FILE, {"columns":{"table":["column"]},"queries":["SQL"]}.',
    );
  }

  #source(path: string, what: string): Source {
    const file = locate(path, this.#folders, what);
    const known = this.#sources.get(file);
    if (known !== undefined) return known;
    const text = readText(file, what);
    const source = { file: path, text, statements: readable(path, () => statementsOf(text, path)) };
    this.#sources.set(file, source);
    return source;
  }
}

const EMPTY: Source = { file: 'the empty schema', text: '', statements: [] };

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableInput) throw error;
    if (error instanceof UnreadableSql) {
      const within = error.file === null || error.file === file ? file : `${file}: ${error.file}`;
      throw new UnreadableInput(`${within}:${error.line}:${error.column}: ${error.reason}. Nothing was judged.`, { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInput(`${file}: it cannot be read: ${reason}.`, { cause: error });
  }
}
