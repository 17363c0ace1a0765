import type { PreviousRelease } from '../previous/previous.ts';
import { type Connection, Refusal } from './connection.ts';
import { fresh } from './fresh.ts';
import type { Parameters } from './parameters.ts';
import type { Query } from './query.ts';
import { type Column, literal, nameOf, quoted, type Table, tableCalled } from './tables.ts';
import { freshValue, valuesOf } from './values.ts';

/** One thing that the previous release does, to be done before and after. */
export interface Probe {
  /** `read`: all that it maps of a table, and `read-back` the same after its queries. `query`: as written, its effects are kept for those after it. `variant`: one of many, taken back at once. */
  readonly role: 'read' | 'read-back' | 'query' | 'variant';
  readonly sql: string;
  readonly values: readonly (string | null)[] | undefined;
  readonly writes: boolean;
  /** LIMIT picks rows by chance. */
  readonly limited: boolean;
}

export interface Old {
  readonly previous: PreviousRelease;
  readonly tables: readonly Table[];
  readonly queries: readonly Query[];
  readonly parameters: Parameters;
}

/** All that the previous release does: its reads, its queries twice in their order, and what else they or its entities may write. */
export async function probesOf(connection: Connection, old: Old): Promise<readonly Probe[]> {
  const reads = Object.entries(old.previous.columns).flatMap(([name, columns]) => readOf(name, columns, old.tables));
  const queries: Probe[] = [];
  const variants: Probe[] = [];
  let n = 100;
  for (const query of old.queries) {
    const [writes, limited] = [query.kind !== 'select', query.limited];
    for (const values of await old.parameters.ordinary(query, (n += 50)))
      queries.push({ role: 'query', sql: query.text, values, writes, limited });
    for (const values of await old.parameters.variants(query, (n += 50)))
      variants.push({ role: 'variant', sql: query.text, values, writes, limited });
    if (query.kind !== 'insert' || query.constants.length === 0) continue;
    for (const values of await old.parameters.ordinary(query, (n += 50))) {
      queries.push({ role: 'query', sql: fresh(query, (n += 50)), values, writes, limited });
      queries.push({ role: 'query', sql: fresh(query, (n += 50)), values, writes, limited });
    }
  }
  for (const table of entitiesOf(old)) variants.push(...(await entityProbes(connection, table)));
  return [...reads, ...queries, ...queries, ...reads.map((read) => ({ ...read, role: 'read-back' as const })), ...variants];
}

function readOf(name: string, columns: readonly string[], tables: readonly Table[]): readonly Probe[] {
  const table = tableCalled(name, tables);
  const from = table === undefined ? name.split('.').map(quoted).join('.') : table.schema === 'public' ? quoted(table.name) : nameOf(table);
  if (columns.length === 0) return [];
  return [{ role: 'read', sql: `SELECT ${columns.map(quoted).join(', ')} FROM ${from}`, values: undefined, writes: false, limited: false }];
}

interface Entity {
  readonly table: Table;
  readonly columns: readonly Column[];
}

/** Tables that it maps and for which no query says what it writes: it may write anything. */
function entitiesOf({ previous, tables, queries }: Old): readonly Entity[] {
  const written = new Set(queries.flatMap(({ kind, target }) => ((kind === 'insert' || kind === 'update') && target ? [target.oid] : [])));
  return Object.entries(previous.columns).flatMap(([name, mapped]) => {
    const table = tableCalled(name, tables);
    if (table === undefined || !['r', 'p'].includes(table.kind) || written.has(table.oid)) return [];
    return [{ table, columns: table.columns.filter(({ name: column, generated }) => mapped.includes(column) && !generated) }];
  });
}

async function entityProbes(connection: Connection, { table, columns }: Entity): Promise<readonly Probe[]> {
  if (columns.length === 0) return [];
  const from = table.schema === 'public' ? quoted(table.name) : nameOf(table);
  const answer = await connection.try(`SELECT ${columns.map(({ name }) => quoted(name)).join(', ')} FROM ${from} LIMIT 1`);
  const row = answer instanceof Refusal ? undefined : answer.rows[0];
  const keys = new Set(table.unique.flat());
  const references = new Set(table.foreign.flatMap((key) => key.columns));
  const write = (sql: string): Probe => ({ role: 'variant', sql, values: undefined, writes: true, limited: false });
  const probes: Probe[] = [];
  let n = 700;
  const insert = (changes: ReadonlyMap<Column, string | null>, skip: (column: Column) => boolean): void => {
    n += 1;
    const all = columns.flatMap((column, i) => {
      if (!changes.has(column) && skip(column)) return [];
      const usual = row?.[i] ?? (column.notNull ? (valuesOf(column)[0] ?? null) : null);
      const other = keys.has(column.name) && !references.has(column.name) ? freshValue(column, n * 50 + i, usual) : null;
      const value = changes.has(column) ? (changes.get(column) ?? null) : (other ?? usual);
      return [{ column, value }];
    });
    const into = all.map(({ column }) => quoted(column.name)).join(', ');
    probes.push(
      write(
        all.length === 0
          ? `INSERT INTO ${from} DEFAULT VALUES`
          : `INSERT INTO ${from} (${into}) VALUES (${all.map(({ value }) => literal(value)).join(', ')})`,
      ),
    );
  };
  const isGiven = ({ hasDefault, name }: Column): boolean => hasDefault && table.primary.includes(name);
  insert(new Map(), isGiven);
  insert(new Map(), ({ hasDefault }) => hasDefault);
  insert(new Map(), () => false);
  const key = table.primary.map((name) => ({ name, at: columns.findIndex((column) => column.name === name) }));
  const where =
    row === undefined || key.length === 0 || key.some(({ at }) => at < 0)
      ? `ctid = (SELECT min(ctid) FROM ${from})`
      : key.map(({ name, at }) => `${quoted(name)} = ${literal(row[at] ?? null)}`).join(' AND ');
  for (const column of columns) {
    const others = [
      ...(column.notNull ? [] : [null]),
      ...valuesOf(column),
      ...(references.has(column.name) ? [] : [freshValue(column, (n += 1))]),
    ];
    for (const other of others) {
      insert(new Map([[column, other]]), isGiven);
      if (table.kind === 'r' || key.length > 0)
        probes.push(write(`UPDATE ${from} SET ${quoted(column.name)} = ${literal(other)} WHERE ${where}`));
    }
  }
  probes.push(write(`DELETE FROM ${from} WHERE ${where}`));
  return probes;
}
