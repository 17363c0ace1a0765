import { type Connection, Refusal } from './connection.ts';
import { addRows } from './filling.ts';
import { difference, nullIn, observe, type Outcome } from './observation.ts';
import type { Probe } from './probe.ts';
import { nameOf, quoted, type Table, tablesOf } from './tables.ts';

/** A column that refuses a null, or computes its value, before the migration. */
export interface NeverNull {
  readonly oid: string;
  readonly number: number;
}

/** Columns that refuse a null now. */
export async function neverNullOf(connection: Connection, tables: readonly Table[]): Promise<readonly NeverNull[]> {
  const found: NeverNull[] = [];
  for (const table of tables) {
    if (!['r', 'p'].includes(table.kind) || table.isPartition) continue;
    for (const column of table.columns) {
      const isChecked = table.constants.some(({ text }) => text.includes(column.name) && /IS NOT NULL/i.test(text));
      if (column.notNull || column.generated) found.push({ oid: table.oid, number: column.number });
      else if (isChecked && (await accepts(connection, `UPDATE ${nameOf(table)} SET ${quoted(column.name)} = NULL`)) === null) {
        found.push({ oid: table.oid, number: column.number });
      }
    }
  }
  return found;
}

/** The number of rows; null: it is refused. */
async function accepts(connection: Connection, sql: string): Promise<number | null> {
  await connection.ask('BEGIN');
  const answer = await connection.try(sql);
  await connection.ask('ROLLBACK');
  return answer instanceof Refusal ? null : answer.count;
}

export interface Gone {
  readonly probes: readonly Probe[];
  readonly before: readonly Outcome[];
  readonly after: readonly Outcome[];
  readonly neverNull: readonly NeverNull[];
  /** Before the migration. */
  readonly tables: readonly Table[];
}

/** What the previous release meets once the new one has written what the migration newly allows; each in words. */
export async function wayBack(connection: Connection, gone: Gone): Promise<readonly string[]> {
  const nulls = await newNulls(connection, gone.neverNull);
  const references = await newReferences(connection, gone.tables);
  return [
    ...(nulls.length === 0
      ? []
      : await meet(connection, gone, (asked) => observe(connection, asked, () => each(connection, nulls)), nullIn)),
    ...(references.length === 0
      ? []
      : await meet(connection, gone, (asked) => observe(connection, asked, () => inTurn(references)), refused)),
  ];
}

async function inTurn(writes: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const write of writes) await write();
}

async function each(connection: Connection, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await connection.ask(sql);
}

const refused: typeof nullIn = (probe, before, after, now) =>
  probe.writes && now instanceof Refusal && now.code.startsWith('23')
    ? difference(probe, { before, again: before, after: now }, true)
    : null;

async function meet(
  connection: Connection,
  { probes, before, after }: Gone,
  look: (asked: readonly Probe[]) => Promise<readonly Outcome[]>,
  judge: typeof nullIn,
): Promise<readonly string[]> {
  const asked = probes.flatMap((probe, i) => (probe.role === 'variant' ? [] : [{ probe, i }]));
  const now = await look(asked.map(({ probe }) => probe));
  return asked.flatMap(({ probe, i }, at) => {
    const [was, is, later] = [before[i], after[i], now[at]];
    if (was === undefined || is === undefined || later === undefined || was instanceof Refusal || is instanceof Refusal) return [];
    const found = judge(probe, was, is, later);
    return found === null ? [] : [found];
  });
}

/** UPDATEs that put a null where none was possible. */
async function newNulls(connection: Connection, neverNull: readonly NeverNull[]): Promise<readonly string[]> {
  const writes: string[] = [];
  for (const { oid, number } of neverNull) {
    const { rows } = await connection.ask(
      `SELECT c.oid::regclass, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attrelid = $1 AND a.attnum = $2 AND NOT a.attisdropped AND NOT a.attnotnull AND a.attgenerated = ''`,
      [oid, String(number)],
    );
    const [table, column] = rows[0] ?? [];
    if (table == null || column == null) continue;
    const write = `UPDATE ${table} SET ${quoted(column)} = NULL WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM ${table} LIMIT 5)`;
    if ((await accepts(connection, write)) !== null) writes.push(write);
  }
  return writes;
}

/** Writes that let rows refer to rows by foreign keys that are new. */
async function newReferences(connection: Connection, before: readonly Table[]): Promise<readonly (() => Promise<unknown>)[]> {
  const known = new Set(before.map(({ oid }) => oid));
  const tables = await tablesOf(connection);
  return tables.flatMap((table) => {
    const old = before.find(({ oid }) => oid === table.oid);
    const keys = table.foreign.filter(
      (key) => known.has(key.table) && key.table !== table.oid && !old?.foreign.some((one) => one.constraint === key.constraint),
    );
    if (keys.length === 0 || table.isPartition || !['r', 'p'].includes(table.kind)) return [];
    const insert = (): Promise<unknown> => addRows(connection, table, tables, { nullable: new Set(), constants: () => [] });
    if (old === undefined) return [insert];
    return keys.flatMap((key) => {
      const parent = tables.find(({ oid }) => oid === key.table);
      return parent === undefined ? [] : [insert, () => refer(connection, table, key, parent)];
    });
  });
}

/** Every row of the table refers to a row of the parent, in turn; where each may be referred to once, as many as there are. */
async function refer(connection: Connection, table: Table, { columns, of }: Table['foreign'][number], parent: Table): Promise<void> {
  const sets = columns.map((column, i) => `${quoted(column)} = p.k${i}`).join(', ');
  const keys = of.map((column, i) => `${quoted(column)} AS k${i}`).join(', ');
  for (const turn of ['o.n % p.total', 'o.n - 1']) {
    await connection.ask('SAVEPOINT refer');
    const answer = await connection.try(`UPDATE ${nameOf(table)} c SET ${sets}
      FROM (SELECT ${keys}, row_number() OVER () - 1 AS n, count(*) OVER () AS total FROM ${nameOf(parent)}) p,
        (SELECT tableoid, ctid, row_number() OVER () AS n FROM ${nameOf(table)}) o
      WHERE c.tableoid = o.tableoid AND c.ctid = o.ctid AND p.n = ${turn}`);
    if (!(answer instanceof Refusal)) return;
    await connection.ask('ROLLBACK TO refer');
  }
}
