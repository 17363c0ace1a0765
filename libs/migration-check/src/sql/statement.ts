import { hasSqlDetails, loadModule, parseSync, type Node } from 'libpg-query';

/** One SQL statement of a file or a string. */
export interface Statement {
  readonly node: Node;
  /** Exactly as written, from its first word on, without the semicolon. */
  readonly text: string;
  /** Of its first word, counted from 1. */
  readonly line: number;
  /** Of its first word, in UTF-16 units from the start of the input. */
  readonly offset: number;
}

/** SQL that PostgreSQL's grammar does not read. */
export class UnreadableSql extends Error {
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in characters. */
  readonly column: number;
  readonly reason: string;

  constructor(place: { readonly file: string | null; readonly line: number; readonly column: number }, reason: string) {
    super(`${place.file ?? 'SQL'}:${String(place.line)}:${String(place.column)}: ${reason}`);
    this.name = 'UnreadableSql';
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.reason = reason;
  }
}

/** Loads PostgreSQL's parser; to be awaited once before `statementsOf`. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

/**
 * The statements of `sql` in their order, none for an empty input. What belongs to psql instead of SQL is refused with a reason.
 * @throws {UnreadableSql} with the place of the first word that PostgreSQL's grammar refuses.
 */
export function statementsOf(sql: string, file?: string): readonly Statement[] {
  const nul = sql.indexOf('\0');
  if (nul >= 0) throw unreadable(sql, nul, file, 'a NUL byte: this is no SQL text, and PostgreSQL reads nothing after it');
  if (sql.trim() === '') return [];
  const text = withoutRestrict(sql);
  let stmts;
  try {
    ({ stmts } = parseSync(text));
  } catch (error) {
    throw explained(text, error, file);
  }
  const at = byteOffsets(text);
  const lines = new LineCounter(sql);
  return (stmts ?? []).flatMap(({ stmt, stmt_location, stmt_len }) => {
    if (stmt === undefined) return [];
    const start = at(stmt_location ?? 0);
    const end = stmt_len === undefined || stmt_len === 0 ? sql.length : at((stmt_location ?? 0) + stmt_len);
    const offset = firstWord(sql, start);
    return [{ node: stmt, text: sql.slice(offset, Math.max(offset, end)).trimEnd(), line: lines.lineOf(offset), offset }];
  });
}

/** pg_dump since 18.1 writes these two around its output; they are only for psql. */
function withoutRestrict(sql: string): string {
  return sql.includes('\\') ? sql.replaceAll(/^\\(un)?restrict [0-9A-Za-z]+\r?$/gmu, (line) => ' '.repeat(line.length)) : sql;
}

function explained(sql: string, error: unknown, file: string | undefined): UnreadableSql {
  if (!hasSqlDetails(error)) return unreadable(sql, 0, file, error instanceof Error ? error.message : String(error));
  const offset = unitsOf(sql, error.sqlDetails?.cursorPosition ?? 0);
  return unreadable(sql, offset, file, psqlReason(sql, offset) ?? error.message);
}

/** What people paste from psql scripts and what PostgreSQL's own message does not explain. */
function psqlReason(sql: string, offset: number): string | null {
  const rest = sql.slice(offset, offset + 80);
  const command = /^\\[a-z!?]+/iu.exec(rest);
  if (command !== null) return `${command[0]} is a command of psql, not SQL: write the SQL itself, or run the file through psql first`;
  const variable = /^:(?:'[A-Za-z_]\w*'|"[A-Za-z_]\w*"|[A-Za-z_]\w*)/u.exec(rest);
  if (variable !== null) return `${variable[0]} is a variable of psql, not SQL: write its value`;
  if (/\bCOPY\b[^;]*\bFROM\s+stdin\b[^;]*;[^\n]*\n\s*$/iu.test(sql.slice(Math.max(0, offset - 2000), offset)))
    return 'the rows after COPY … FROM stdin are for psql, not SQL: write INSERT, or leave the rows out';
  return null;
}

function unreadable(sql: string, offset: number, file: string | undefined, reason: string): UnreadableSql {
  const before = sql.slice(0, offset);
  const line = before.split('\n').length;
  const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
  return new UnreadableSql({ file: file ?? null, line, column }, reason);
}

/** The parser counts an error's place in code points, JavaScript in UTF-16 units. */
function unitsOf(sql: string, points: number): number {
  let units = 0;
  for (let left = points; left > 0 && units < sql.length; left--) units += (sql.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}

/** From UTF-8 bytes, in which the parser counts, to UTF-16 units; to be asked in rising order. */
function byteOffsets(sql: string): (bytes: number) => number {
  let units = 0;
  let bytes = 0;
  return (wanted) => {
    while (bytes < wanted && units < sql.length) {
      const point = sql.codePointAt(units) ?? 0;
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      units += point > 0xffff ? 2 : 1;
    }
    return units;
  };
}

/** Counts line breaks only once, as offsets rise. */
class LineCounter {
  #line = 1;
  #offset = 0;
  readonly #sql: string;

  constructor(sql: string) {
    this.#sql = sql;
  }

  lineOf(offset: number): number {
    for (; this.#offset < offset; this.#offset++) if (this.#sql[this.#offset] === '\n') this.#line++;
    return this.#line;
  }
}

/** After white space, semicolons and comments; PostgreSQL's block comments nest. */
function firstWord(sql: string, start: number): number {
  let at = start;
  for (;;) {
    if (/[\s;]/u.test(sql[at] ?? '')) at++;
    else if (sql.startsWith('--', at)) at = endOf(sql, '\n', at);
    else if (sql.startsWith('/*', at)) at = afterBlockComment(sql, at);
    else return at;
  }
}

function afterBlockComment(sql: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    if (sql.startsWith('/*', at)) depth++;
    else if (sql.startsWith('*/', at)) depth--;
    else {
      at++;
      continue;
    }
    at += 2;
  } while (depth > 0 && at < sql.length);
  return at;
}

function endOf(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found < 0 ? sql.length : found + mark.length;
}
