import type { CreateTableAsStmt, Node, RefreshMatViewStmt, SelectStmt, ViewStmt } from 'libpg-query';
import type { Resolution } from '../resolve/resolution.ts';
import { resolve } from '../resolve/resolve.ts';
import { keyOf, UNKNOWN } from '../resolve/type-system.ts';
import { as, optionsOf, stringsOf, within } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Column, Relation } from './catalog.ts';
import { isThere, newRelation } from './create-table.ts';
import { nextId } from './identity.ts';
import { columnById, findRelation, indexesOf, nameOfRange, needRelation } from './lookup.ts';
import { effectsOfReading } from './reading.ts';
import { lock, refuse, refuseConcurrently, toil, type Work } from './work.ts';

interface Derived {
  readonly columns: Column[];
  readonly dependsOn: Relation['dependsOn'];
  readonly query: Node;
}

/** CREATE [OR REPLACE] VIEW. https://www.postgresql.org/docs/18/sql-createview.html */
export function createView(work: Work, statement: ViewStmt): void {
  const range = statement.view ?? {};
  const old = statement.replace === true ? findRelation(work.catalog, nameOfRange(range)) : null;
  if (old === null) isThere(work, range, false);
  else if (old.kind !== 'view') refuse(`"${old.name}" is not a view`);
  const view = newRelation(work, range, 'view');
  const derived = derive(work, statement.query, stringsOf(statement.aliases));
  for (const { relation } of derived.dependsOn) lock(work, relation, 'access share');
  if (old === null) {
    work.catalog.relations.set(view.id, Object.assign(view, derived, { checkOption: hasCheckOption(statement) }));
    return;
  }
  lock(work, old.id, 'access exclusive');
  requireSame(old, derived.columns);
  const columns = derived.columns.map((column, i) => ({
    ...column,
    id: old.columns[i]?.id ?? column.id,
    default: old.columns[i]?.default ?? null,
  }));
  Object.assign(old, derived, { columns, checkOption: hasCheckOption(statement) });
}

function hasCheckOption({ withCheckOption, options }: ViewStmt): boolean {
  return (withCheckOption ?? 'NO_CHECK_OPTION') !== 'NO_CHECK_OPTION' || optionsOf(options).has('check_option');
}

/** A view may only grow at its end. */
function requireSame(old: Relation, columns: readonly Column[]): void {
  if (columns.length < old.columns.length)
    refuse('cannot drop columns from view', 'Make a second view, and drop the old one when no release reads it.');
  for (const [i, column] of old.columns.entries()) {
    const now = columns[i];
    if (now === undefined) return;
    if (now.name !== column.name) refuse(`cannot change name of view column "${column.name}" to "${now.name}"`);
    const known = keyOf(now.type) !== keyOf(UNKNOWN) && keyOf(column.type) !== keyOf(UNKNOWN);
    if (known && keyOf(now.type) !== keyOf(column.type)) refuse(`cannot change data type of view column "${column.name}"`);
  }
}

/** CREATE TABLE … AS, SELECT … INTO and CREATE MATERIALIZED VIEW. */
export function createTableAs(work: Work, statement: CreateTableAsStmt): void {
  const range = statement.into?.rel ?? {};
  if (isThere(work, range, statement.if_not_exists === true)) return;
  const isView = statement.objtype === 'OBJECT_MATVIEW';
  const table = newRelation(work, range, isView ? 'materialized view' : 'table');
  const derived = derive(work, statement.query, stringsOf(statement.into?.colNames));
  if (statement.into?.skipData === true) for (const { relation } of derived.dependsOn) lock(work, relation, 'access share');
  else {
    if (statement.query !== undefined) effectsOfReading(work, statement.query);
    work.catalog.sinceStart.filled.add(table.id);
  }
  table.columns = derived.columns;
  if (isView) Object.assign(table, { dependsOn: derived.dependsOn, query: derived.query });
  work.catalog.relations.set(table.id, table);
}

export function refresh(work: Work, { relation, concurrent, skipData }: RefreshMatViewStmt): void {
  const view = needRelation(work, nameOfRange(relation ?? {}));
  if (view.kind !== 'materialized view') refuse(`"${view.name}" is not a materialized view`);
  lock(work, view.id, concurrent === true ? 'exclusive' : 'access exclusive');
  if (concurrent === true && skipData === true) refuse('REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together');
  const isKey = indexesOf(work.catalog, view.id).some(
    ({ unique, predicate, keys }) => unique && predicate === null && keys.every((key) => 'column' in key),
  );
  if (concurrent === true && !isKey)
    refuseConcurrently(
      `cannot refresh materialized view "${view.name}" concurrently`,
      'Create a unique index on the materialized view first.',
    );
  if (skipData === true) return;
  if (concurrent !== true) toil(work, 'rewrite', view.id, COSTS.refresh);
  if (view.query !== null) effectsOfReading(work, view.query);
}

/** What a query gives and reads. @throws what PostgreSQL would say of it. */
function derive(work: Work, query: Node | undefined, names: readonly string[]): Derived {
  const { catalog } = work;
  const select = query ?? refuse('a view without a query');
  const resolution = resolve(select, catalog, catalog.searchPath);
  if ('error' in resolution) return resolution.unknown ? guessed(work, select, names) : refuse(resolution.error);
  const columns = resolution.output.map(({ name, type }, i) => column(names[i] ?? name, type ?? UNKNOWN));
  for (const [i, { name }] of columns.entries())
    if (columns.findIndex((other) => other.name === name) < i) refuse(`column "${name}" specified more than once`);
  const read = new Set(resolution.reads.map((one) => one.column));
  const relations = new Set(resolution.relations.map(({ relation }) => relation));
  const dependsOn = [...relations].map((relation) => ({
    relation,
    columns: catalog.relations.get(relation)?.columns.flatMap(({ id }) => (read.has(id) ? [id] : [])) ?? [],
  }));
  return { columns, dependsOn, query: expanded(work, select, resolution) };
}

function column(name: string, type: Column['type']): Column {
  return { id: nextId(), name, type, notNull: false, default: null, identity: null, generated: null, collation: null };
}

/** Where the query is beyond what is understood: it depends on all of every relation that it names. */
function guessed(work: Work, query: Node, names: readonly string[]): Derived {
  const relations = new Set(within('RangeVar', query).flatMap((range) => findRelation(work.catalog, nameOfRange(range)) ?? []));
  const targets = as('SelectStmt', query)?.targetList ?? [];
  const columns = targets.map((target, i) => {
    const written = as('ResTarget', target);
    const own = written?.name ?? stringsOf(as('ColumnRef', written?.val)?.fields).at(-1) ?? '?column?';
    return column(names[i] ?? own, UNKNOWN);
  });
  return { columns, dependsOn: [...relations].map(({ id, columns: all }) => ({ relation: id, columns: all.map((one) => one.id) })), query };
}

/** `*` means the columns of the day on which the view was made. */
function expanded(work: Work, query: Node, { output }: Resolution): Node {
  const select = as('SelectStmt', query);
  const isPlain = select?.op === 'SETOP_NONE' && select.valuesLists === undefined;
  if (!isPlain || !output.some(({ star }) => star)) return query;
  const targetList = output.map(({ name, column: id, star }, i): Node | undefined => {
    if (star) return { ResTarget: { val: { ColumnRef: { fields: fieldsOf(work, select, id, name) } } } };
    const after = output.slice(i).filter((one) => !one.star).length;
    return (select.targetList ?? []).filter((target) => !isStar(target)).at(-after);
  });
  return { SelectStmt: { ...select, targetList: targetList.flatMap((target) => target ?? []) } };
}

function isStar(target: Node): boolean {
  const fields = as('ColumnRef', as('ResTarget', target)?.val)?.fields;
  return fields?.some((field) => 'A_Star' in field) === true;
}

function fieldsOf({ catalog }: Work, { fromClause }: SelectStmt, id: number | null, name: string): Node[] {
  const ranges = within('RangeVar', fromClause);
  const range = ranges.find((one) => {
    const relation = findRelation(catalog, nameOfRange(one));
    return relation !== null && id !== null && columnById(relation, id) !== undefined;
  });
  const qualifier = ranges.length > 1 && range !== undefined ? [range.alias?.aliasname ?? range.relname ?? ''] : [];
  return [...qualifier, name].map((sval) => ({ String: { sval } }));
}
