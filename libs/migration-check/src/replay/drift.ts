import type { Connection } from './connection.ts';
import { nameOf, type Table, tablesOf } from './tables.ts';

/** In what a database is not the one that is described, each in words: tables or columns that are missing or of another kind. What it has besides is its own affair. */
export async function driftBetween(described: Connection, real: Connection): Promise<readonly string[]> {
  const [expected, found] = [await tablesOf(described), await tablesOf(real)];
  return expected.flatMap((table) => {
    const other = found.find(({ schema, name }) => schema === table.schema && name === table.name);
    if (other === undefined) return [`${kindOf(table)} ${nameOf(table)} is missing.`];
    if (kindOf(other) !== kindOf(table)) return [`${nameOf(table)} is a ${kindOf(other)}, not a ${kindOf(table)}.`];
    return columnsDiffer(table, other);
  });
}

function columnsDiffer(table: Table, other: Table): readonly string[] {
  return table.columns.flatMap((column) => {
    const place = `${nameOf(table)}.${column.name}`;
    const real = other.columns.find(({ name }) => name === column.name);
    if (real === undefined) return [`Column ${place} is missing.`];
    if (real.formatted !== column.formatted) return [`Column ${place} is ${real.formatted}, not ${column.formatted}.`];
    if (real.labels.join() !== column.labels.join())
      return [`Column ${place} takes (${real.labels.join(', ')}), not (${column.labels.join(', ')}).`];
    if (real.notNull !== column.notNull)
      return [`Column ${place} is ${real.notNull ? 'NOT NULL' : 'nullable'}, not ${column.notNull ? 'NOT NULL' : 'nullable'}.`];
    if (real.generated !== column.generated) return [`Column ${place} is ${real.generated ? '' : 'not '}generated.`];
    return [];
  });
}

const KINDS: Readonly<Record<string, string>> = {
  r: 'Table',
  p: 'Partitioned table',
  v: 'View',
  m: 'Materialized view',
  f: 'Foreign table',
};
const kindOf = ({ kind }: Table): string => KINDS[kind] ?? 'Relation';
