import type { ColumnDef, CreateStmt, RangeVar, TableLikeClause } from 'libpg-query';
import { all } from '../sql/node.ts';
import type { Relation } from './catalog.ts';
import { readColumn, settleColumn, type WrittenColumn } from './columns.ts';
import { blank } from './constraint-site.ts';
import { makeNotNull } from './not-null.ts';
import { addConstraint } from './constraints.ts';
import { analyse } from './expressions.ts';
import { nextId } from './identity.ts';
import { inheritIndexes } from './indexes.ts';
import { inheritKeys } from './keys.ts';
import { columnById, columnNamed, findType, isTaken, nameOfRange, needColumn, needRelation, schemaFor } from './lookup.ts';
import { requireNoOverlap } from './partition-bound.ts';
import { boundNode, partitionKeyOf, readDefault, takeOver } from './partitions.ts';
import { qualified } from './lookup.ts';
import { stringsOf } from '../sql/node.ts';
import { lock, refuse, type Work } from './work.ts';

/** Bits of TableLikeClause: `TableLikeOption` of parsenodes.h. */
const LIKE = { constraints: 4, defaults: 8, generated: 16, identity: 32, indexes: 64 } as const;

/** A relation without anything in it yet. */
export function newRelation(work: Work, range: RangeVar, kind: Relation['kind']): Relation {
  const temporary = range.relpersistence === 't';
  const schema = temporary ? 'pg_temp' : schemaFor(work, range.schemaname ?? null);
  const relation: Relation = {
    ...{ id: nextId(), schema, name: range.relname ?? '', kind, temporary, columns: [], constraints: [], triggers: [], query: null },
    ...{ dependsOn: [], partition: null, partitionKey: null, inherits: [], rowSecurity: 'off', policies: [], rules: [] },
  };
  if (range.relpersistence === 'u') work.catalog.unlogged.add(relation.id);
  work.catalog.sinceStart.created.add(relation.id);
  return relation;
}

/** Whether there is nothing to do: IF NOT EXISTS of what is there. */
export function isThere(work: Work, range: RangeVar, ifNotExists: boolean): boolean {
  const schema = range.relpersistence === 't' ? 'pg_temp' : schemaFor(work, range.schemaname ?? null);
  if (!isTaken(work.catalog, schema, range.relname ?? '')) return false;
  return ifNotExists || refuse(`relation "${range.relname ?? ''}" already exists`);
}

/** CREATE TABLE. https://www.postgresql.org/docs/18/sql-createtable.html */
export function createTable(work: Work, statement: CreateStmt): void {
  const range = statement.relation ?? {};
  if (isThere(work, range, statement.if_not_exists === true)) return;
  const parents = all('RangeVar', statement.inhRelations).map((parent) => needRelation(work, nameOfRange(parent)));
  const isPartition = statement.partbound !== undefined;
  for (const { id } of parents) lock(work, id, isPartition ? 'access exclusive' : 'share update exclusive');
  const table = newRelation(work, range, statement.partspec === undefined ? 'table' : 'partitioned');
  const [parent] = parents;
  if (isPartition && parent?.kind !== 'partitioned') refuse(`"${parent?.name ?? ''}" is not partitioned`);
  for (const one of parents) table.columns.push(...one.columns.map((column) => ({ ...column, id: nextId() })));
  if (statement.ofTypename !== undefined) typedColumns(work, table, stringsOf(statement.ofTypename.names));
  work.catalog.relations.set(table.id, table);
  const written = columnsOf(work, table, statement);
  for (const { column } of written) settleColumn(work, table, column);
  if (statement.partspec !== undefined) table.partitionKey = partitionKeyOf(table, statement.partspec);
  for (const one of parents) inheritConstraints(work, one, table);
  constrain(work, table, statement, written);
  if (parent === undefined) return;
  if (!isPartition) {
    table.inherits = parents.map(({ id }) => id);
    return;
  }
  requireNoOverlap(work.catalog, parent, table.name, statement.partbound);
  readDefault(work, parent, statement.partbound);
  table.partition = { parent: parent.id, bound: boundNode(statement.partbound) };
  takeOver(work, parent, table, false);
}

function typedColumns(work: Work, table: Relation, names: readonly string[]): void {
  const type = findType(work.catalog, qualified(names)) ?? refuse(`type "${names.join('.')}" does not exist`);
  work.catalog.typed.set(table.id, type.id);
  for (const { name, type: of } of type.attributes)
    table.columns.push({ id: nextId(), name, type: of, notNull: false, default: null, identity: null, generated: null, collation: null });
}

/** Columns in their order, those of LIKE where it stands. */
function columnsOf(work: Work, table: Relation, { tableElts }: CreateStmt): readonly WrittenColumn[] {
  const written: WrittenColumn[] = [];
  const inheritedIds = new Set(table.columns.map(({ id }) => id));
  for (const element of tableElts ?? []) {
    if ('TableLikeClause' in element) copyLike(work, table, element.TableLikeClause);
    if (!('ColumnDef' in element)) continue;
    const { ColumnDef: definition } = element;
    const inherited = columnNamed(table, definition.colname ?? '');
    if (inherited !== undefined && !inheritedIds.has(inherited.id)) refuse(`column "${inherited.name}" specified more than once`);
    const one = inherited === undefined ? readColumn(work, table, definition) : merged(work, table, definition);
    if (inherited === undefined) table.columns.push(one.column);
    written.push(one);
  }
  return written;
}

/** A column that is inherited too: what is written adds to it. */
function merged(work: Work, table: Relation, definition: ColumnDef): WrittenColumn {
  const inherited = needColumn(table, definition.colname ?? '');
  // In CREATE TABLE … PARTITION OF a column has no type of its own.
  const typeName = definition.typeName ?? { names: [{ String: { sval: 'text' } }] };
  const one = readColumn(work, { ...table, columns: [] }, { ...definition, typeName });
  inherited.default = one.column.default ?? inherited.default;
  return { ...one, column: inherited };
}

function copyLike(work: Work, table: Relation, { relation, options = 0 }: TableLikeClause): void {
  const source = needRelation(work, nameOfRange(relation ?? {}));
  lock(work, source.id, 'access share');
  const has = (bit: number): boolean => (options & bit) !== 0;
  for (const column of source.columns) {
    if (columnNamed(table, column.name) !== undefined) refuse(`column "${column.name}" specified more than once`);
    const copy = { ...column, id: nextId() };
    if (!has(LIKE.defaults)) copy.default = null;
    if (!has(LIKE.generated)) copy.generated = null;
    if (!has(LIKE.identity)) copy.identity = null;
    table.columns.push(copy);
    if (copy.notNull) makeNotNull(work, table, copy, { name: null, validated: true, cost: null });
  }
  if (has(LIKE.constraints)) inheritConstraints(work, source, table);
  if (!has(LIKE.indexes)) return;
  inheritIndexes(work, source, { ...table, kind: 'table' }, null);
  for (const constraint of source.constraints) {
    if (constraint.index === null) continue;
    const index = [...work.catalog.indexes.values()].find((one) => one.table === table.id && one.parent === constraint.index);
    const columns = constraint.columns.map((id) => needColumn(table, columnById(source, id)?.name ?? '').id);
    if (index !== undefined) table.constraints.push({ ...constraint, ...blank(), name: index.name, columns, index: index.id });
  }
  for (const index of work.catalog.indexes.values()) if (index.table === table.id) index.parent = null;
}

function inheritConstraints(work: Work, from: Relation, to: Relation): void {
  for (const constraint of from.constraints) {
    const [first] = constraint.columns;
    if (constraint.kind === 'not null' && first !== undefined) {
      const column = needColumn(to, columnById(from, first)?.name ?? '');
      makeNotNull(work, to, column, { name: null, validated: true, cost: null });
    }
    if (constraint.kind !== 'check' || constraint.expression === null) continue;
    if (to.constraints.some(({ name }) => name === constraint.name)) continue;
    const { columns } = analyse(work, constraint.expression, to);
    to.constraints.push({ ...constraint, id: nextId(), columns, validated: constraint.enforced });
  }
}

/** Keys first: foreign keys of the table to itself need them. */
function constrain(work: Work, table: Relation, statement: CreateStmt, written: readonly WrittenColumn[]): void {
  const site = { fresh: true, skipForeignKey: true };
  const all_ = [
    ...written.flatMap(({ column, constraints }) => constraints.map((constraint) => ({ constraint, column: column.name }))),
    ...all('Constraint', statement.tableElts).map((constraint) => ({ constraint, column: null })),
  ];
  const isReference = ({ constraint }: (typeof all_)[number]): boolean => constraint.contype === 'CONSTR_FOREIGN';
  for (const { constraint, column } of [...all_.filter((one) => !isReference(one)), ...all_.filter(isReference)])
    addConstraint(work, table, constraint, { ...site, column });
  inheritKeys(work, table);
}
