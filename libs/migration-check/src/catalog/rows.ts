import type { CopyStmt, DeleteStmt, InsertStmt, MergeStmt, Node, RangeVar, TruncateStmt, UpdateStmt } from 'libpg-query';
import { all, as, stringsOf, walk } from '../sql/node.ts';
import { runTriggers } from './blocks.ts';
import type { Id, Relation } from './catalog.ts';
import type { Effect } from './effect.ts';
import { columnNamed, isSystemName, nameOfRange, needColumn, needRelation, tableOf } from './lookup.ts';
import { effectsOfReading, fixedOf, rangesOf, scan } from './reading.ts';
import { descendantsOf, lock, refuse, type Work } from './work.ts';

type Change = Extract<Effect, { what: 'rows' }>['change'];

/** SELECT and everything that changes rows inside of WITH. */
export function query(work: Work, node: Node): void {
  effectsOfReading(work, node);
  walk(node, (kind, body) => {
    if (kind === 'InsertStmt') insert(work, body as InsertStmt);
    else if (kind === 'UpdateStmt') update(work, body as UpdateStmt);
    else if (kind === 'DeleteStmt') remove(work, body as DeleteStmt);
    else if (kind === 'MergeStmt') merge(work, body as MergeStmt);
    return undefined;
  });
}

/** null: a table of PostgreSQL itself. */
function targetOf(work: Work, range: RangeVar | undefined): Relation | null {
  const name = nameOfRange(range ?? {});
  if (isSystemName(name)) return null;
  const relation = needRelation(work, name);
  if (relation.kind === 'materialized view') refuse(`cannot change materialized view "${relation.name}"`);
  return relation;
}

/** Rows of a table, or of the only table below a view. */
function changed(work: Work, relation: Relation, change: Change, columns: readonly string[] | null, withChildren = true): void {
  lock(work, relation.id, 'row exclusive');
  runTriggers(work, relation, change);
  if (relation.kind === 'view') {
    const [below, ...more] = relation.dependsOn;
    if (below !== undefined && more.length === 0)
      changed(work, tableOf(work.catalog, below.relation), change, columns?.filter(nameIn(work, below.relation)) ?? null);
    return;
  }
  if (change === 'insert') work.catalog.sinceStart.filled.add(relation.id);
  const ids = columns === null ? null : columns.map((name) => needColumn(relation, name).id);
  work.effects.push({ what: 'rows', table: relation.id, change, columns: ids });
  // An INSERT reaches partitions, but not the children of an ordinary table.
  const reaches = withChildren && (change !== 'insert' || relation.kind === 'partitioned');
  for (const part of reaches ? descendantsOf(work.catalog, relation.id) : []) {
    lock(work, part.id, 'row exclusive');
    const own = columns === null ? null : columns.flatMap((name) => columnNamed(part, name)?.id ?? []);
    work.effects.push({ what: 'rows', table: part.id, change, columns: own });
  }
  if (change !== 'insert') tellAncestors(work, relation, change, columns);
  if (change === 'delete') followReferences(work, relation, new Set([relation.id]));
}

/** Rows of a partition or child are rows of what is above it: whoever reads there sees the change. Not of one that the migration made itself. */
function tellAncestors(work: Work, { id, partition, inherits }: Relation, change: Change, columns: readonly string[] | null): void {
  if (work.catalog.sinceStart.created.has(id)) return;
  for (const parent of [...(partition === null ? [] : [partition.parent]), ...inherits].map((one) => tableOf(work.catalog, one))) {
    const own = columns === null ? null : columns.flatMap((name) => columnNamed(parent, name)?.id ?? []);
    work.effects.push({ what: 'rows', table: parent.id, change, columns: own });
    tellAncestors(work, parent, change, columns);
  }
}

const nameIn =
  ({ catalog }: Work, id: Id) =>
  (name: string): boolean =>
    columnNamed(tableOf(catalog, id), name) !== undefined;

/** ON DELETE CASCADE takes rows of other tables along, SET NULL and SET DEFAULT change them. */
function followReferences(work: Work, relation: Relation, seen: Set<Id>): void {
  for (const other of work.catalog.relations.values())
    for (const { references, columns } of other.constraints) {
      if (references?.table !== relation.id || references.onDelete === 'no action' || references.onDelete === 'restrict') continue;
      lock(work, other.id, 'row exclusive');
      const cascades = references.onDelete === 'cascade';
      work.effects.push({ what: 'rows', table: other.id, change: cascades ? 'delete' : 'update', columns: cascades ? null : columns });
      if (!cascades || seen.has(other.id)) continue;
      seen.add(other.id);
      followReferences(work, other, seen);
    }
}

function insert(work: Work, { relation, cols, onConflictClause }: InsertStmt): void {
  const table = targetOf(work, relation);
  if (table === null) return;
  for (const { name } of all('ResTarget', cols)) needColumn(table, name ?? '');
  changed(work, table, 'insert', null);
  const sets = all('ResTarget', onConflictClause?.targetList).flatMap(({ name }) => name ?? []);
  if (sets.length > 0) changed(work, table, 'update', sets);
}

function update(work: Work, { relation, targetList, whereClause, fromClause }: UpdateStmt): void {
  const table = targetOf(work, relation);
  if (table === null) return;
  const alias = relation?.alias?.aliasname ?? relation?.relname ?? '';
  const sets = all('ResTarget', targetList).filter(({ name, val }) => needColumn(table, name ?? '').name !== ownValue(val, alias));
  changed(work, table, 'update', [...new Set(sets.flatMap(({ name }) => name ?? []))], relation?.inh === true);
  readTarget(work, { table, range: relation, others: fromClause, condition: whereClause });
}

/** The column of the row itself that a value is: `SET a = a` changes nothing. */
function ownValue(value: Node | undefined, alias: string): string | null {
  const names = stringsOf(as('ColumnRef', value)?.fields);
  return names.length === 1 || (names.length === 2 && names[0] === alias) ? (names.at(-1) ?? null) : null;
}

function remove(work: Work, { relation, usingClause, whereClause }: DeleteStmt): void {
  const table = targetOf(work, relation);
  if (table === null) return;
  changed(work, table, 'delete', null, relation?.inh === true);
  readTarget(work, { table, range: relation, others: usingClause, condition: whereClause });
}

interface Target {
  readonly table: Relation;
  readonly range: RangeVar | undefined;
  readonly others: readonly Node[] | undefined;
  readonly condition: Node | undefined;
}

function readTarget(work: Work, { table, range, others, condition }: Target): void {
  const own = { relation: table, alias: range?.alias?.aliasname ?? range?.relname ?? '', withChildren: range?.inh === true };
  const joined = rangesOf(work.catalog, others, new Set());
  const inScope = [own, ...joined];
  const fixed = fixedOf(work.catalog, inScope, [condition]);
  for (const one of inScope) {
    if (one !== own) lock(work, one.relation.id, 'access share');
    if (!fixed.has(one)) scan(work, one, new Set());
  }
}

function merge(work: Work, { relation, sourceRelation, joinCondition, mergeWhenClauses }: MergeStmt): void {
  const table = targetOf(work, relation);
  if (table === null) return;
  for (const { commandType, targetList } of all('MergeWhenClause', mergeWhenClauses)) {
    const names = all('ResTarget', targetList).flatMap(({ name }) => name ?? []);
    if (commandType === 'CMD_INSERT') changed(work, table, 'insert', null);
    else if (commandType === 'CMD_UPDATE') changed(work, table, 'update', names);
    else if (commandType === 'CMD_DELETE') changed(work, table, 'delete', null);
  }
  readTarget(work, { table, range: relation, others: sourceRelation === undefined ? [] : [sourceRelation], condition: joinCondition });
}

/** COPY: writes rows without a look at those that are there, or reads all. */
export function copy(work: Work, { relation, query: of, is_from }: CopyStmt): void {
  if (of !== undefined) query(work, of);
  const table = relation === undefined ? null : targetOf(work, relation);
  if (table === null) return;
  if (is_from === true) changed(work, table, 'insert', null);
  else {
    lock(work, table.id, 'access share');
    scan(work, { relation: table, withChildren: false }, new Set());
  }
}

/** TRUNCATE: quick, whatever the size. */
export function truncate(work: Work, { relations, behavior }: TruncateStmt): void {
  const named = all('RangeVar', relations).map((range) => needRelation(work, nameOfRange(range)));
  const tables = new Set(named.flatMap((table) => [table, ...descendantsOf(work.catalog, table.id)]));
  for (const table of tables)
    for (const other of referringTo(work, table)) {
      if (tables.has(other)) continue;
      if (behavior === 'DROP_CASCADE') tables.add(other);
      else refuse('cannot truncate a table referenced in a foreign key constraint');
    }
  for (const { id } of tables) {
    lock(work, id, 'access exclusive');
    work.effects.push({ what: 'rows', table: id, change: 'delete', columns: null });
    tellAncestors(work, tableOf(work.catalog, id), 'delete', null);
  }
}

function referringTo({ catalog }: Work, table: Relation): readonly Relation[] {
  return [...catalog.relations.values()].filter(({ constraints }) => constraints.some(({ references }) => references?.table === table.id));
}
