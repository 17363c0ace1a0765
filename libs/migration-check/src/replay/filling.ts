import type { PreviousRelease } from '../previous/previous.ts';
import { type Connection, Refusal } from './connection.ts';
import type { Parameters } from './parameters.ts';
import { fresh } from './fresh.ts';
import type { Query } from './query.ts';
import { type Column, literal, nameOf, quoted, type Table, tableCalled } from './tables.ts';
import { valuesOf } from './values.ts';

const ROWS = 200;
/** Of each INSERT of the previous release, with other keys every time. */
const INSERTS = 40;

export interface Filled {
  readonly tables: readonly Table[];
  readonly queries: readonly Query[];
  readonly previous: PreviousRelease;
  readonly parameters: Parameters;
  /** Whether tables that the previous release does not use get rows, too. */
  readonly strangers: boolean;
}

/**
 * Rows as the previous release may have left them. Its own INSERTs and UPDATEs fill the tables that they write, with their literals; a table that it
 * maps and does not write by a query gets any values, and a null wherever it may write one; any other table gets values that differ in every row.
 * Returns what could not be filled.
 */
export async function fill(
  connection: Connection,
  { tables, queries, previous, parameters, strangers }: Filled,
): Promise<readonly string[]> {
  const mapped = new Map(
    Object.entries(previous.columns).map(([name, columns]) => [tableCalled(name, tables)?.oid ?? '', new Set(columns)]),
  );
  const inserted = new Set(queries.flatMap(({ kind, target }) => (kind === 'insert' && target !== undefined ? [target.oid] : [])));
  const updated = new Set(queries.flatMap(({ kind, target }) => (kind === 'update' && target !== undefined ? [target.oid] : [])));
  const used = new Set([...mapped.keys(), ...queries.flatMap((query) => query.tables.map(({ oid }) => oid))]);
  const isNeeded = ({ oid }: Table): boolean =>
    strangers || used.has(oid) || tables.some((one) => used.has(one.oid) && one.foreign.some((key) => key.table === oid));
  const fillable = tables.filter((table) => ['r', 'p'].includes(table.kind) && !table.isPartition && isNeeded(table));
  const compared = queries.flatMap(({ constants }) => constants);
  const generic = async (table: Table): Promise<number> =>
    addRows(connection, table, tables, {
      nullable: updated.has(table.oid) ? new Set() : (mapped.get(table.oid) ?? new Set()),
      constants: (column) =>
        compared.filter((one) => one.table.oid === table.oid && one.column.name === column.name).map(({ value }) => value),
    });
  const empty = new Set(fillable);
  for (let pass = 0; pass < 3 && empty.size > 0; pass += 1) {
    for (const table of [...empty]) {
      if (inserted.has(table.oid) && pass < 2) continue;
      if ((await generic(table)) > 0) empty.delete(table);
    }
    for (const query of queries) {
      if (query.kind !== 'insert' || query.target === undefined || !empty.has(query.target)) continue;
      await repeat(connection, query, parameters, tables);
    }
    for (const table of [...empty]) if ((await countOf(connection, table)) > 0) empty.delete(table);
  }
  for (const query of queries) {
    if (query.kind !== 'update') continue;
    for (const values of await parameters.ordinary(query)) await connection.try(query.text, values);
  }
  for (const table of tables) if (table.kind === 'm') await connection.try(`REFRESH MATERIALIZED VIEW ${nameOf(table)}`);
  return [...empty].map((table) => `No row could be written into ${nameOf(table)}; what depends on its rows was not seen.`);
}

async function countOf(connection: Connection, table: Table): Promise<number> {
  return Number((await connection.ask(`SELECT count(*) FROM ${nameOf(table)}`)).rows[0]?.[0] ?? 0);
}

/** As written, and again with other keys. */
async function repeat(connection: Connection, query: Query, parameters: Parameters, tables: readonly Table[]): Promise<void> {
  // Rows that are made of rows would double every time.
  const times = query.isComputed ? 1 : INSERTS;
  for (let n = 0; n < times; n += 1) {
    const sql = n === 0 ? query.text : fresh(query, n);
    for (const values of await parameters.ordinary(query, n)) {
      for (let missing = 0; missing < 3; missing += 1) {
        const answer = await connection.try(sql, values);
        if (!(answer instanceof Refusal) || answer.code !== '23503') break;
        if (!(await addParent(connection, query.target, answer, tables))) break;
      }
    }
    if (n > 3 && query.constants.length === 0 && query.parameters.size === 0 && (await countOf(connection, query.target as Table)) === 0)
      return;
  }
}

/** The row that a foreign key asks for, as PostgreSQL names it: `Key (org_id)=(42) is not present in table "orgs".` */
async function addParent(
  connection: Connection,
  table: Table | undefined,
  { detail, constraint }: Refusal,
  tables: readonly Table[],
): Promise<boolean> {
  const [, columns = '', values = ''] = /^Key \((.*)\)=\((.*)\) is not present/.exec(detail) ?? [];
  const names = columns.split(', ').map((name) => name.replaceAll('"', ''));
  const key = table?.foreign.find((one) => one.columns.join() === names.join());
  const parent = tables.find(({ oid }) => oid === key?.table);
  if (key === undefined || parent === undefined || constraint === '') return false;
  const given = new Map(key.of.map((name, i) => [name, values.split(', ')[i] ?? '']));
  return (await addRows(connection, parent, tables, { nullable: new Set(), constants: () => [], given })) > 0;
}

interface Filling {
  /** Columns into which a null may be written. */
  readonly nullable: ReadonlySet<string>;
  /** Values that queries compare a column with. */
  readonly constants: (column: Column) => readonly string[];
  /** Values of one row. */
  readonly given?: ReadonlyMap<string, string>;
}

/** As many rows as the table takes; returns their number. */
export async function addRows(connection: Connection, table: Table, tables: readonly Table[], filling: Filling): Promise<number> {
  const columns = table.columns.filter(({ generated }) => !generated);
  const values = columns.map((column, i) => expressionOf(column, i, table, tables, filling));
  const usable = columns.map((column, i) => ({ column, value: values[i] })).filter(({ value }) => value !== undefined);
  const into =
    usable.length === 0
      ? 'DEFAULT VALUES'
      : `(${usable.map(({ column }) => quoted(column.name)).join(', ')}) VALUES (${usable.map(({ value }) => value).join(', ')})`;
  const rows = filling.given === undefined ? `1..${ROWS}` : '901..930';
  const enough = filling.given === undefined ? ROWS : 1;
  await connection.try(`DO $fill$ DECLARE done int := 0; BEGIN
    FOR g IN ${rows} LOOP
      BEGIN INSERT INTO ${nameOf(table)} ${into}; done := done + 1; EXCEPTION WHEN OTHERS THEN NULL; END;
      EXIT WHEN done >= ${enough} OR (done = 0 AND g = 60);
    END LOOP; PERFORM set_config('replay.done', done::text, false); END $fill$`);
  return Number((await connection.ask(`SELECT current_setting('replay.done', true)`)).rows[0]?.[0] ?? 0);
}

/** SQL over `g`, the number of the row; undefined: the column's default. */
function expressionOf(
  column: Column,
  index: number,
  table: Table,
  tables: readonly Table[],
  { nullable, constants, given }: Filling,
): string | undefined {
  const fixed = given?.get(column.name);
  if (fixed !== undefined) return literal(fixed);
  const mayBeNull = !column.notNull && nullable.has(column.name);
  const reference = table.foreign.find(({ columns }) => columns.includes(column.name));
  const known = [
    ...constants(column),
    ...table.constants
      .filter(({ text }) => new RegExp(`\\b${column.name.replaceAll(/\W/g, '.')}\\b`).test(text))
      .flatMap(({ values }) => values),
  ];
  let value: string | undefined;
  if (reference !== undefined) {
    const parent = tables.find(({ oid }) => oid === reference.table);
    const name = reference.of[reference.columns.indexOf(column.name)];
    if (parent !== undefined && name !== undefined) {
      const from = nameOf(parent);
      value = `(SELECT ${quoted(name)} FROM ${from} OFFSET g % greatest(1, (SELECT count(*) FROM ${from})) LIMIT 1)`;
    }
  } else if (column.hasDefault && !nullable.has(column.name) && !table.primary.includes(column.name)) {
    return undefined;
  } else if (column.hasDefault && table.primary.includes(column.name)) {
    return undefined;
  } else {
    value = ordinary(
      column,
      index,
      known,
      table.unique.some((columns) => columns.includes(column.name)),
    );
  }
  if (value === undefined) return column.notNull ? undefined : 'NULL';
  return mayBeNull ? `CASE WHEN (g + ${index}) % 3 = 0 THEN NULL ELSE ${value} END` : value;
}

const KEY = '(CASE WHEN g <= 20 THEN g ELSE g * 7919 END)';

function ordinary(column: Column, index: number, known: readonly string[], unique: boolean): string | undefined {
  const { type, formatted, labels } = column;
  const pick = (all: readonly string[], turn = 'g'): string =>
    `(ARRAY[${all.map(literal).join(', ')}])[1 + (${turn} + ${index}) % ${all.length}]::${formatted}`;
  if (labels.length > 0) return pick(labels);
  const own = distinct(column);
  if (own === undefined) {
    const values = valuesOf(column).slice(0, type === 'bool' ? 2 : 1);
    return values.length === 0 ? undefined : pick(values);
  }
  if (known.length === 0) return own;
  const tried = known.filter((value) => plausible(column, value));
  if (tried.length === 0) return own;
  return `CASE WHEN g % 2 = ${unique ? '2' : '0'} OR g <= ${unique ? tried.length : 0} THEN ${pick(tried, 'g / 2')} ELSE ${own} END`;
}

const plausible = ({ type }: Column, value: string): boolean => {
  if (/^(?:int[248]|numeric|float[48])$/.test(type)) return /^-?\d+(?:\.\d+)?$/.test(value);
  if (/^(?:date|timestamp|timestamptz)$/.test(type)) return /^\d{4}-\d\d-\d\d/.test(value);
  if (type === 'uuid') return /^[0-9a-f-]{36}$/i.test(value);
  return true;
};

/** Another value in every row. */
function distinct({ type, formatted }: Column): string | undefined {
  switch (type) {
    case 'int2':
      return 'g';
    case 'int4':
    case 'int8':
    case 'float8':
      return KEY;
    case 'float4':
    case 'numeric':
    case 'money':
      return `g::${type}`;
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
    case 'name': {
      const most = /\((\d+)\)/.exec(formatted)?.[1] ?? (type === 'bpchar' ? '1' : '60');
      return `left(CASE g % 4 WHEN 0 THEN 'u' || g || '@example.com' WHEN 1 THEN 'item-' || g WHEN 2 THEN md5(g::text) ELSE g::text END, ${most})`;
    }
    case 'uuid':
      return `md5(g::text)::uuid`;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return `(timestamp '2024-01-01' + g * interval '1 day')::${type}`;
    case 'json':
    case 'jsonb':
      return `('{"a":' || g || '}')::${type}`;
    case 'bytea':
      return `decode(md5(g::text), 'hex')`;
    case 'inet':
    case 'cidr':
      return `('10.0.0.' || g)::${type}`;
    default:
      return undefined;
  }
}
