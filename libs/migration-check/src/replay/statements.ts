import { hasSqlDetails, type Node, parseSync, scanSync } from 'libpg-query';

/** One statement of a file. */
export interface Piece {
  readonly node: Node;
  readonly text: string;
  /** Of its first word, counted from 1. */
  readonly line: number;
}

/** The SQL of a case is none that PostgreSQL can parse. */
export class UnparsableCase extends Error {
  override readonly name = 'UnparsableCase';
}

/** Needs `await loadModule()` before. Throws UnparsableCase. */
export function piecesOf(sql: string, what: string): readonly Piece[] {
  const bytes = Buffer.from(sql);
  const { statements, starts } = parsed(sql, what);
  let token = 0;
  let counted = 0;
  let line = 1;
  return statements.map(({ stmt, stmt_location = 0, stmt_len = 0 }) => {
    const end = stmt_len === 0 ? bytes.length : stmt_location + stmt_len;
    while ((starts[token] ?? Infinity) < stmt_location) token += 1;
    const start = starts[token] ?? stmt_location;
    for (; counted < start; counted += 1) if (bytes[counted] === 10) line += 1;
    return { node: stmt, text: bytes.subarray(start, end).toString().trim(), line };
  });
}

interface RawStatement {
  readonly stmt: Node;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

function parsed(sql: string, what: string): { readonly statements: readonly RawStatement[]; readonly starts: readonly number[] } {
  try {
    const statements = (parseSync(sql).stmts ?? []) as readonly RawStatement[];
    const starts = scanSync(sql)
      .tokens.filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
      .map(({ start }) => start);
    return { statements, starts };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = hasSqlDetails(error) ? ` at character ${error.sqlDetails?.cursorPosition ?? 0}` : '';
    throw new UnparsableCase(`${what}: ${message}${at}`, { cause: error });
  }
}
