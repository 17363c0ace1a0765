import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser, statementsOf, UnreadableSql } from './statement.ts';

beforeAll(loadParser);

const placesOf = (sql: string): unknown => statementsOf(sql).map(({ text, line, offset }) => [text, line, offset]);

function refusalOf(sql: string): string {
  try {
    statementsOf(sql, 'up.sql');
  } catch (error) {
    if (error instanceof UnreadableSql) return error.message;
    throw error;
  }
  return 'none';
}

describe('statementsOf', () => {
  it('MIG-1: gives each statement as it is written, with the line and the offset of its first word, whatever stands before it', () => {
    const sql = `-- é😀\n ALTER TABLE "größe" ADD b int; -- ü\n\n/* a /* nested */ comment */ SELECT 'é', ';' ;;\nSELECT 2`;
    expect(placesOf(sql)).toEqual([
      ['ALTER TABLE "größe" ADD b int', 2, 8],
      [`SELECT 'é', ';'`, 4, 74],
      ['SELECT 2', 5, 93],
    ]);
    for (const { text, offset } of statementsOf(sql)) expect(sql.slice(offset, offset + text.length)).toBe(text);
  });

  it('MIG-1: finds none in what holds none, and reads what pg_dump writes around its output', () => {
    expect(['', ' \n', '-- only a comment\n', ';;'].map((sql) => statementsOf(sql).length)).toEqual([0, 0, 0, 0]);
    expect(placesOf('\\restrict a1B2\nSELECT 1;\n\\unrestrict a1B2\n')).toEqual([['SELECT 1', 2, 15]]);
  });

  it.each([
    ["SELECT '😀é'\n, FROM FROM", 'up.sql:2:3: syntax error at or near "FROM"'],
    ['SELECT 1 FROM; SELECT 2', 'up.sql:1:14: syntax error at or near ";"'],
    ["SELECT 'open", `up.sql:1:8: unterminated quoted string at or near "'open"`],
    ['SELECT 1;\n\\i other.sql', 'up.sql:2:1: \\i is a command of psql, not SQL: write the SQL itself, or run the file through psql first'],
    ['SELECT :name', 'up.sql:1:8: :name is a variable of psql, not SQL: write its value'],
    [
      'COPY a FROM stdin;\n1\n\\.\n',
      'up.sql:2:1: the rows after COPY … FROM stdin are for psql, not SQL: write INSERT, or leave the rows out',
    ],
    ['SELECT 1;\n\0\u0001', 'up.sql:2:1: a NUL byte: this is no SQL text, and PostgreSQL reads nothing after it'],
    ['\u007fELF', 'up.sql:1:1: syntax error at or near "\u007f"'],
  ])('MIG-2: refuses %j with the place and a reason', (sql, message) => {
    expect(refusalOf(sql)).toBe(message);
  });

  it('MIG-2: refuses what is nested too deep, and reads on after that', () => {
    expect(refusalOf(`SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`)).toMatch(/^up\.sql:1:\d+: memory exhausted/u);
    expect(statementsOf('SELECT 1')).toHaveLength(1);
  });

  it('MIG-2: reads 5 MB', () => {
    const line = "INSERT INTO a VALUES (1, 'äöü, and so on');\n";
    const found = statementsOf(line.repeat(120_000));
    expect([found.length, found.at(-1)?.line]).toEqual([120_000, 120_000]);
  }, 60_000);
});
