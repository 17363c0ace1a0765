import type { IndexElem, IndexStmt, Node } from 'libpg-query';
import { all, as, optionsOf, stringsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Index, Relation } from './catalog.ts';
import { analyse, type Analysis } from './expressions.ts';
import { nextId } from './identity.ts';
import { isImmutable } from './immutable.ts';
import { columnById, columnNamed, indexesOf, isTaken, nameOfRange, needRelation } from './lookup.ts';
import { freeRelationName } from './names.ts';
import { requireOperatorClass } from './operator-class.ts';
import { aloneOnly, childrenOf, lock, refuse, refuseConcurrently, toil, type Cost, type Work } from './work.ts';

const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);
const EXTENSION_OF: Readonly<Record<string, string>> = { gin_trgm_ops: 'pg_trgm', gist_trgm_ops: 'pg_trgm' };

/** What an index is made of, before it has a name. */
export interface IndexDefinition {
  readonly method: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly elements: readonly IndexElem[];
  readonly include: readonly string[];
  readonly where: Node | undefined;
}

/** CREATE INDEX. https://www.postgresql.org/docs/18/sql-createindex.html */
export function createIndex(work: Work, statement: IndexStmt): void {
  const { catalog } = work;
  const concurrently = statement.concurrent === true;
  if (concurrently) aloneOnly(work, 'CREATE INDEX CONCURRENTLY');
  const table = needRelation(work, nameOfRange(statement.relation ?? {}));
  lock(work, table.id, concurrently ? 'share update exclusive' : 'share');
  if (table.kind === 'view' || table.kind === 'foreign') refuse(`cannot create index on relation "${table.name}"`);
  if (statement.idxname !== undefined && isTaken(catalog, table.schema, statement.idxname)) {
    if (statement.if_not_exists === true) return;
    refuse(`relation "${statement.idxname}" already exists`);
  }
  if (concurrently && table.kind === 'partitioned')
    refuseConcurrently(
      `cannot create index on partitioned table "${table.name}" concurrently`,
      'CREATE INDEX ON ONLY the partitioned table, CREATE INDEX CONCURRENTLY on each partition, then ALTER INDEX … ATTACH PARTITION.',
    );
  const definition = definitionOf(statement);
  if (definition.unique) requirePartitionKey(table, elementColumns(table, definition));
  const only = statement.relation?.inh !== true;
  addIndex(work, table, definition, { name: statement.idxname ?? null, cost: concurrently ? COSTS.indexConcurrently : COSTS.index, only });
}

export function definitionOf(statement: IndexStmt): IndexDefinition {
  return {
    method: statement.accessMethod ?? 'btree',
    unique: statement.unique === true,
    nullsNotDistinct: statement.nulls_not_distinct === true,
    elements: all('IndexElem', statement.indexParams),
    include: all('IndexElem', statement.indexIncludingParams).flatMap(({ name }) => name ?? []),
    where: statement.whereClause,
  };
}

interface Making {
  readonly name: string | null;
  /** null: nothing has to be built. */
  readonly cost: Cost | null;
  /** ON ONLY: partitions get none. */
  readonly only?: boolean;
  /** The end of a name that PostgreSQL chooses. */
  readonly label?: string;
  readonly parent?: Index | null;
}

/** Makes it on the table and on its partitions, where it takes over what fits. */
export function addIndex(work: Work, table: Relation, definition: IndexDefinition, making: Making): Index {
  const { catalog } = work;
  const index = indexOf(work, table, definition, making);
  catalog.indexes.set(index.id, index);
  if (table.kind !== 'partitioned') {
    if (making.cost !== null) toil(work, 'index', table.id, making.cost);
    return index;
  }
  const partitions = childrenOf(catalog, table.id);
  if (making.only === true) index.valid = partitions.length === 0;
  else for (const partition of partitions) addPart(work, index, table, partition, { definition, making });
  return index;
}

/** The index of a partition that belongs to one of the partitioned table: an equal one that is there, or a new one. */
function addPart(
  work: Work,
  index: Index,
  table: Relation,
  partition: Relation,
  { definition, making }: { readonly definition: IndexDefinition; readonly making: Making },
): void {
  lock(work, partition.id, 'share');
  const fitting = indexesOf(work.catalog, partition.id).find((one) => one.parent === null && isEqual(index, table, one, partition));
  if (fitting === undefined) addIndex(work, partition, definition, { ...making, name: null, parent: index });
  else fitting.parent = index.id;
}

/** Gives a partition all that it lacks of the indexes of its table. */
export function inheritIndexes(work: Work, table: Relation, partition: Relation, cost: Cost | null): void {
  for (const index of indexesOf(work.catalog, table.id)) {
    const fitting = indexesOf(work.catalog, partition.id).find((one) => one.parent === null && isEqual(index, table, one, partition));
    if (fitting !== undefined) {
      fitting.parent = index.id;
      continue;
    }
    const nameIn = (id: number): string => columnById(table, id)?.name ?? '';
    const elements = index.keys.map((key): IndexElem => ('column' in key ? { name: nameIn(key.column) } : { expr: key.expression }));
    const [method, unique, nullsNotDistinct] = [index.method, index.unique, index.nullsNotDistinct];
    const definition = {
      method,
      unique,
      nullsNotDistinct,
      elements,
      include: index.include.map(nameIn),
      where: index.predicate?.expression,
    };
    addIndex(work, partition, definition, { name: null, cost, parent: index, label: index.unique ? 'key' : 'idx' });
  }
}

function isEqual(a: Index, tableA: Relation, b: Index, tableB: Relation): boolean {
  const shape = (index: Index, table: Relation): string =>
    JSON.stringify([
      ...[index.method, index.unique, index.nullsNotDistinct, withoutPlaces(index.predicate?.expression)],
      ...index.keys.map((key) => ('column' in key ? columnById(table, key.column)?.name : withoutPlaces(key.expression))),
    ]);
  return shape(a, tableA) === shape(b, tableB);
}

/** Two trees of the same text at other places. */
function withoutPlaces(node: Node | undefined): string {
  return JSON.stringify([node], (key, value: unknown) => (key === 'location' ? undefined : value));
}

function indexOf(work: Work, table: Relation, definition: IndexDefinition, { name, label, parent }: Making): Index {
  const keys = definition.elements.map((element) => keyOf(work, table, element, definition.method));
  const columnId = (column: string): number => columnNamed(table, column)?.id ?? refuse(`column "${column}" does not exist`);
  const parts = definition.elements.map(({ name: column, expr }) => column ?? nameOfExpression(expr));
  return {
    id: nextId(),
    schema: table.schema,
    name: name ?? freeRelationName(work.catalog, table.schema, [table.name, parts.join('_'), label ?? 'idx']),
    table: table.id,
    method: definition.method,
    unique: definition.unique,
    nullsNotDistinct: definition.nullsNotDistinct,
    keys,
    include: definition.include.map(columnId),
    predicate:
      definition.where === undefined
        ? null
        : { expression: definition.where, columns: mustBeImmutable(work, definition.where, table, 'predicate').columns },
    parent: parent?.id ?? null,
    valid: true,
  };
}

function keyOf(work: Work, table: Relation, element: IndexElem, method: string): Index['keys'][number] {
  const needed = EXTENSION_OF[stringsOf(element.opclass).at(-1) ?? ''];
  if (needed !== undefined && !work.catalog.extensions.has(needed))
    refuse(`operator class "${stringsOf(element.opclass).join('.')}" does not exist`, `CREATE EXTENSION ${needed} first.`);
  const { name, expr } = element;
  if (name !== undefined) {
    if (SYSTEM_COLUMNS.has(name)) refuse('index creation on system columns is not supported');
    const column = columnNamed(table, name) ?? refuse(`column "${name}" does not exist`);
    if (column.generated?.kind === 'virtual') refuse('indexes on virtual generated columns are not supported');
    if (element.opclass === undefined) requireOperatorClass(work, method, column.type);
    return { column: column.id };
  }
  const expression = expr ?? refuse('an index key without a column or an expression');
  const { columns, type } = mustBeImmutable(work, expression, table, 'expression');
  if (element.opclass === undefined && type !== null) requireOperatorClass(work, method, type);
  return { expression, columns };
}

/** @throws where the expression of an index, or its predicate, is not the same at every time. */
export function mustBeImmutable(work: Work, expression: Node, table: Relation, part: 'expression' | 'predicate'): Analysis {
  const analysis = analyse(work, expression, table);
  if (!isImmutable(work, expression, table)) refuse(`functions in index ${part} must be marked IMMUTABLE`);
  return analysis;
}

/** `FigureIndexColname`: the function's name, or `expr`. */
function nameOfExpression(expression: Node | undefined): string {
  const call = as('FuncCall', expression);
  if (call !== undefined) return stringsOf(call.funcname).at(-1) ?? 'expr';
  const cast = as('TypeCast', expression);
  if (cast !== undefined) {
    const inner = nameOfExpression(cast.arg);
    return inner === 'expr' ? (stringsOf(cast.typeName?.names).at(-1) ?? 'expr') : inner;
  }
  const column = stringsOf(as('ColumnRef', expression)?.fields).at(-1);
  if (column !== undefined) return column;
  return as('CoalesceExpr', expression) === undefined ? 'expr' : 'coalesce';
}

export function elementColumns(table: Relation, { elements }: IndexDefinition): readonly number[] {
  return elements.flatMap(({ name }) => (name === undefined ? [] : (columnNamed(table, name)?.id ?? [])));
}

/** A unique index of a partitioned table tells rows apart only within a partition. */
export function requirePartitionKey({ kind, partitionKey }: Relation, columns: readonly number[]): void {
  if (kind !== 'partitioned' || partitionKey === null) return;
  if (!partitionKey.columns.every((column) => columns.includes(column)))
    refuse('unique constraint on partitioned table must include all partitioning columns');
}

/** ALTER INDEX … and ALTER TABLE of an index: its storage only. */
export function isConcurrent(params: readonly Node[] | undefined): boolean {
  const option = optionsOf(params).get('concurrently');
  return option !== undefined && !['false', 'off', '0'].includes(option);
}
