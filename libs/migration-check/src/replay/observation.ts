import { isDeepStrictEqual } from 'node:util';
import { types } from 'pg';
import { type Answer, type Connection, Refusal } from './connection.ts';
import type { Probe } from './probe.ts';

export type Outcome = Answer | Refusal;

/** Does it all in one transaction that is taken back. `first`: what is done to the rows before. */
export async function observe(connection: Connection, probes: readonly Probe[], first?: () => Promise<void>): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await connection.ask('BEGIN');
  try {
    await first?.();
    const { rows } = await connection.ask('SELECT EXISTS (SELECT FROM pg_constraint WHERE condeferrable)');
    const isDeferrable = rows[0]?.[0] === 't';
    for (const probe of probes) outcomes.push(await (probe.role === 'variant' ? passing : kept)(connection, probe, isDeferrable));
    return outcomes;
  } finally {
    await connection.try('ROLLBACK');
  }
}

/** Its effects are there for those after it. */
async function kept(connection: Connection, { sql, values, writes }: Probe, isDeferrable: boolean): Promise<Outcome> {
  await connection.ask('SAVEPOINT probe');
  const outcome = await connection.try(sql, values);
  const checked = writes && isDeferrable && !(outcome instanceof Refusal) ? await connection.try(CHECK) : null;
  const last = checked instanceof Refusal ? checked : outcome;
  await connection.ask(last instanceof Refusal ? 'ROLLBACK TO probe' : 'RELEASE probe');
  return last;
}

/** Taken back at once. Most of what is done is this, so it takes one message where it can: then nothing but its refusal is known. */
async function passing(connection: Connection, { sql, values, writes }: Probe, isDeferrable: boolean): Promise<Outcome> {
  if (values !== undefined || !writes) {
    await connection.ask('SAVEPOINT probe');
    const outcome = await connection.try(sql, values);
    const checked = writes && isDeferrable && !(outcome instanceof Refusal) ? await connection.try(CHECK) : null;
    await connection.ask(UNDO);
    return checked instanceof Refusal ? checked : outcome;
  }
  const outcome = await connection.try(`SAVEPOINT probe; ${sql}; ${isDeferrable ? `${CHECK}; ` : ''}${UNDO}`);
  if (outcome instanceof Refusal) await connection.ask(UNDO);
  return outcome;
}

const UNDO = 'ROLLBACK TO probe; RELEASE probe';
const CHECK = 'SET CONSTRAINTS ALL IMMEDIATE';

/** What is not as it was, in words; null: all of it is. `again`: the same before, another time, so that what differs by chance is known. */
export function difference(
  { sql, role, limited }: Probe,
  outcomes: { readonly before: Outcome; readonly again: Outcome; readonly after: Outcome },
  rowsCame: boolean,
): string | null {
  const { before, again, after } = outcomes;
  const what = role === 'read' ? 'reading what it maps' : role === 'read-back' ? 'reading back what it wrote' : 'running';
  if (before instanceof Refusal) return null;
  const said = `${what} (${sql.length > 160 ? `${sql.slice(0, 160)}…` : sql})`;
  if (after instanceof Refusal) return `${said} fails: ${after.message}`;
  for (const { name, type } of before.columns) {
    const now = after.columns.findLast((column) => column.name === name);
    if (now === undefined) return `${said} has no column ${name} any more`;
    if (readerOf(now.type) !== readerOf(type))
      return `${said} gives ${name} as another type (${type} is now ${now.type}), which a driver reads differently`;
  }
  // What a variant finds was looked at once only, so that nobody knows what of it differs by chance.
  if (role === 'variant' || again instanceof Refusal || (limited && before.rows.length !== again.rows.length)) return null;
  if (!role.startsWith('read') && before.count !== after.count && before.count === again.count && !rowsCame && !limited)
    return `${said} meets ${after.count} rows instead of ${before.count}`;
  if (limited || (rowsCame && !role.startsWith('read'))) return null;
  return valuesDiffer({ before, again, after }, said, role === 'read');
}

function valuesDiffer({ before, again, after }: Record<'before' | 'again' | 'after', Answer>, said: string, isOld: boolean): string | null {
  const names = [...new Set(before.columns.map(({ name }) => name))];
  const stable = names.filter(
    (name) => isDeepStrictEqual(columnOf(before, name).toSorted(), columnOf(again, name).toSorted()) && (isOld || !hasNow(before, name)),
  );
  const left = new Map<string, number>();
  for (const row of rowsOf(after, stable)) left.set(row, (left.get(row) ?? 0) + 1);
  const lost = rowsOf(before, stable).filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
  if (lost.length === 0) return null;
  const column = stable.find((name) => !isDeepStrictEqual(columnOf(before, name).toSorted(), columnOf(after, name).toSorted()));
  return `${said} gives other values${column === undefined ? '' : ` of ${column}`}: ${lost.length} of ${before.rows.length} rows are not there as they were, like ${lost[0]?.slice(0, 120) ?? ''}`;
}

/** Two looks within the precision of a column give the same time, and a third one does not. Rows that were there before do not change with it. */
function hasNow(answer: Answer, name: string): boolean {
  const type = answer.columns.findLast((column) => column.name === name)?.type ?? 0;
  if (!TIMES.has(type)) return false;
  return columnOf(answer, name).some((value) => Math.abs(Date.parse(value) - Date.now()) < DAY);
}

/** date, timestamp, timestamptz */
const TIMES = new Set([1082, 1114, 1184]);
const DAY = 86_400_000;

const columnOf = ({ columns, rows }: Answer, name: string): readonly string[] => {
  const at = columns.findLastIndex((column) => column.name === name);
  return rows.map((row) => canonical(row[at] ?? null, columns[at]?.type ?? 0));
};

const rowsOf = (answer: Answer, names: readonly string[]): readonly string[] => {
  const columns = names.map((name) => columnOf(answer, name));
  return answer.rows.map((_, i) => columns.map((column) => column[i]).join(' | '));
};

/** As a driver gives it to the application. */
function canonical(value: string | null, type: number): string {
  if (value === null) return 'NULL';
  if (JSON_TYPES.has(type)) {
    try {
      return JSON.stringify(sorted(JSON.parse(value)));
    } catch {
      return value;
    }
  }
  return value;
}

/** Objects are equal whatever the order of their keys. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
};

const JSON_TYPES = new Set([114, 3802]);

/** Types that a driver hands to the application as the same thing have the same reader. */
function readerOf(type: number): unknown {
  if (JSON_TYPES.has(type)) return 'json';
  // Both are read as a point in time, yet what is stored means something else.
  if (type === 1184) return 'timestamptz';
  return (types.getTypeParser as (oid: number) => unknown)(type);
}

/** A column that never was null, with rows or without, and is now; null: there is none. */
export function nullIn({ sql, role }: Probe, before: Outcome, after: Outcome, now: Outcome): string | null {
  if (before instanceof Refusal || after instanceof Refusal) return null;
  const said = `${role === 'read' ? 'reading what it maps' : 'running'} (${sql.length > 160 ? `${sql.slice(0, 160)}…` : sql})`;
  if (now instanceof Refusal) return `${said} fails once a null was written that was not possible before: ${now.message}`;
  const column = before.columns.find(({ name }) => {
    const nulls = [before, after, now].map((answer) => columnOf(answer, name).filter((value) => value === 'NULL').length);
    return nulls[0] === 0 && nulls[1] === 0 && (nulls[2] ?? 0) > 0;
  });
  return column === undefined ? null : `${said} gives a null as ${column.name}, which was not possible before`;
}
