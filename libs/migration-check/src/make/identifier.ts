import { createHash } from 'node:crypto';
import { scanSync } from 'libpg-query';
import { UnreadableInput } from '../input/unreadable-input.ts';

/** PostgreSQL cuts longer names without a word. https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const MAX_BYTES = 63;

/** A column of a table, as somebody names it: `table.column` or `schema.table.column`. */
export interface ColumnName {
  readonly schema: string | null;
  readonly table: string;
  readonly column: string;
}

/** Throws UnreadableInput. */
export function columnName(words: string): ColumnName {
  const parts = partsOf(words);
  const [column, table, schema = null] = parts.toReversed();
  if (column === undefined || table === undefined || parts.length > 3) {
    throw new UnreadableInput(`${words} names no column: write table.column or schema.table.column. Nothing was written.`);
  }
  return { schema, table, column };
}

/** Throws UnreadableInput. */
export function tableName(words: string): Omit<ColumnName, 'column'> {
  const parts = partsOf(words);
  const [table, schema = null] = parts.toReversed();
  if (table === undefined || parts.length > 2) {
    throw new UnreadableInput(`${words} names no table: write table or schema.table. Nothing was written.`);
  }
  return { schema, table };
}

/** As PostgreSQL reads it: folded to lower case unless quoted. */
function partsOf(words: string): readonly string[] {
  const parts = words.match(/"(?:[^"]|"")+"|[^".]+/g) ?? [];
  if (parts.join('.') !== words)
    throw new UnreadableInput(`${words} is no name: dots between its parts, quotes around a part. Nothing was written.`);
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()));
}

/** With quotes where it needs them. The parser has to be loaded. */
export function quoted(name: string): string {
  const plain = /^[a-z_][a-z0-9_]*$/.test(name) && !reserved(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

export const qualified = ({ schema, table }: Omit<ColumnName, 'column'>): string =>
  schema === null ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;

function reserved(name: string): boolean {
  const keyword = scanSync(name).tokens[0]?.keywordName ?? 'NO_KEYWORD';
  return !['NO_KEYWORD', 'UNRESERVED_KEYWORD'].includes(keyword);
}

/** A name for an index, a constraint, a trigger: cut with a digest where it would be too long. */
export function objectName(...parts: readonly string[]): string {
  const name = parts.join('_');
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let kept = name;
  while (Buffer.byteLength(kept) > MAX_BYTES - 9) kept = kept.slice(0, -1);
  return `${kept}_${digest}`;
}
