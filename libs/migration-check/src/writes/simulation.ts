import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { identityOf } from '../evaluate/abstract.ts';
import { canonical } from '../evaluate/domain.ts';
import type { Write } from '../resolve/resolution.ts';
import { takesAll } from './widening.ts';
import { rowsOf, type Domains, type Row, type Rows } from './row.ts';
import { isSame, runTrigger, triggersFor, type TriggerRun } from './trigger-run.ts';

/** One write as PostgreSQL would run it on a catalog, up to its constraints. */
export interface Simulation {
  readonly relation: Relation;
  /** As the write gives it. */
  readonly given: Rows;
  /** What its BEFORE triggers may leave. */
  readonly rows: readonly Rows[];
  readonly runs: readonly TriggerRun[];
  /** Columns that an UPDATE sets. */
  readonly set: ReadonlySet<Id>;
  /** Columns in which it may leave something else than before the migration: by another default, type or trigger. */
  readonly moved: ReadonlySet<string>;
}

const MOST_ROWS = 64;

/** The write, and for ON CONFLICT DO UPDATE also the update. null: its table is none. */
export function simulate(write: Write, catalog: Catalog, domains: Domains): readonly Simulation[] {
  const relation = catalog.relations.get(write.table);
  if (relation === undefined || relation.kind === 'view' || relation.kind === 'materialized view') return [];
  const main = one(write, relation, catalog, domains);
  if (write.conflict?.action !== 'update') return [main];
  const update: Write = { command: 'update', table: write.table, values: write.conflict.sets, conflict: null };
  return [main, one(update, relation, catalog, domains, main.given.new)];
}

function one(write: Write, relation: Relation, catalog: Catalog, domains: Domains, excluded: Row | null = null): Simulation {
  const given = rowsOf(write, relation, catalog, domains, excluded);
  const set = new Set(write.command === 'update' ? write.values.map(({ column }) => column) : []);
  const runs: TriggerRun[] = [];
  let rows: readonly Rows[] = [given];
  for (const trigger of triggersFor(relation, write.command, set)) {
    if (trigger.timing === 'instead of') continue;
    const some = rows.map((row) => runTrigger(trigger, relation, catalog, write.command, row));
    runs.push(...some);
    if (trigger.timing === 'before' && trigger.forEach === 'row') rows = some.flatMap((run) => run.rows).slice(0, MOST_ROWS);
  }
  return { relation, given, rows, runs, set, moved: new Set() };
}

/** Values in columns of which each is unique by itself, by `identityOf`. */
export function uniqueValues({ relation, given, moved }: Simulation, catalog: Catalog): ReadonlySet<string> {
  const keys = [...catalog.indexes.values()].filter(
    ({ table, unique, predicate, keys: of }) => table === relation.id && unique && predicate === null && of.length === 1,
  );
  const names = keys.flatMap(({ keys: [key] }) =>
    key !== undefined && 'column' in key ? relation.columns.filter(({ id }) => id === key.column) : [],
  );
  return new Set(
    names.flatMap(({ name }) => {
      const value = moved.has(name) ? undefined : given.new?.get(name);
      return value === undefined ? [] : (identityOf(value) ?? []);
    }),
  );
}

/** Of two simulations of one write, what is `moved` in the later one. */
export function movedColumns(
  write: Write,
  now: Simulation,
  was: Simulation | undefined,
  before: Catalog,
  after: Catalog,
): ReadonlySet<string> {
  const earlier = before.relations.get(now.relation.id);
  const moved = new Set<string>();
  for (const column of now.relation.columns) {
    const old = earlier?.columns.find(({ id }) => id === column.id);
    const given = write.values.some((one) => one.column === column.id && one.value.kind !== 'default');
    const left = now.given.old === null && !given;
    if (old === undefined || !takesAll(old.type, column.type, before, after)) moved.add(column.name);
    else if (left && (canonical(old.default) !== canonical(column.default) || old.identity !== column.identity)) moved.add(column.name);
    else if (canonical(old.generated) !== canonical(column.generated)) moved.add(column.name);
  }
  const other = (runs: readonly TriggerRun[], relation: Relation | undefined, catalog: Catalog, own: Catalog) =>
    runs.filter(({ trigger }) => relation === undefined || !isSame(trigger, relation, catalog, own));
  const runs = [...other(now.runs, earlier, before, after), ...(was === undefined ? [] : other(was.runs, now.relation, after, before))];
  for (const { changes } of runs) for (const name of changes) moved.add(name);
  return moved;
}
