import type { PreviousRelease } from '../previous/previous.ts';
import type { Connection } from './connection.ts';
import { queryOf } from './query.ts';
import type { Piece } from './statements.ts';
import { type Column, literal, nameOf, quoted, type Table, tableCalled } from './tables.ts';

/**
 * Rows as earlier releases or another program may have left them: every label of an enum that is mapped, and in the tables that the migration itself
 * changes what it looks for. What a table refuses is left out.
 */
export async function vary(
  connection: Connection,
  pieces: readonly Piece[],
  previous: PreviousRelease,
  tables: readonly Table[],
): Promise<void> {
  const changed = pieces.map(({ text }) => queryOf(text, tables)).filter(({ kind }) => kind === 'update' || kind === 'delete');
  const mapped = Object.entries(previous.columns).flatMap(([name, columns]) => {
    const table = tableCalled(name, tables);
    return table === undefined || !['r', 'p'].includes(table.kind)
      ? []
      : [{ table, columns: table.columns.filter((column) => columns.includes(column.name)) }];
  });
  const wanted: { table: Table; column: Column; value: string }[] = [];
  for (const { table, columns } of mapped) {
    for (const column of columns) for (const value of column.labels) wanted.push({ table, column, value });
  }
  for (const { constants } of changed)
    for (const { table, column, value, written } of constants) if (!written) wanted.push({ table, column, value });
  for (const [i, { table, column, value }] of wanted.entries()) {
    if (column.generated || table.primary.includes(column.name)) continue;
    const name = nameOf(table);
    // Each on a row of its own as far as there are enough, from the end so that the first ones stay as the previous release wrote them.
    const sql = `UPDATE ${name} SET ${quoted(column.name)} = ${literal(value)} WHERE NOT EXISTS (SELECT FROM ${name} WHERE ${quoted(column.name)} = ${literal(value)})
      AND (tableoid, ctid) IN (SELECT tableoid, ctid FROM ${name} ORDER BY ctid DESC OFFSET ${i} LIMIT 1)`;
    await connection.try(sql);
  }
}
