import { parsePlPgSQLSync, type Node } from 'libpg-query';
import { statementsOf } from '../sql/statement.ts';

/** A statement of a DO block. `surely`: it runs once, and nothing catches its error. */
export interface BlockStatement {
  readonly node: Node;
  readonly surely: boolean;
}

/** The static SQL of a DO block in the order of its text; empty: it cannot be read, which others say. */
export function blockStatements(text: string): readonly BlockStatement[] {
  const found: BlockStatement[] = [];
  try {
    visit(parsePlPgSQLSync(text), true, found);
  } catch {
    return [];
  }
  return found;
}

const OUTER = new Set([
  'plpgsql_funcs',
  'PLpgSQL_function',
  'action',
  'PLpgSQL_stmt_block',
  'body',
  'PLpgSQL_stmt_execsql',
  'PLpgSQL_stmt_perform',
  'sqlstmt',
]);

function visit(value: unknown, surely: boolean, found: BlockStatement[]): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, surely, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const caught = 'exceptions' in value;
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (key !== 'PLpgSQL_expr') visit(inner, surely && !caught && (OUTER.has(key) || /^\d+$/.test(key)), found);
    else found.push(...sqlIn(inner).map((node) => ({ node, surely })));
  }
}

/** `parseMode` 0: a statement; others are expressions. */
function sqlIn(expression: unknown): readonly Node[] {
  if (typeof expression !== 'object' || expression === null || !('query' in expression) || typeof expression.query !== 'string') return [];
  if ('parseMode' in expression && expression.parseMode !== 0) return [];
  return statementsOf(expression.query).map(({ node }) => node);
}
