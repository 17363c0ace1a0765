import type { AlterTableCmd, Node, PartitionBoundSpec, PartitionSpec } from 'libpg-query';
import { all, as, constantOf, stringsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Column, Relation, Trigger } from './catalog.ts';
import { columnsIn, conjunctsOf } from './expressions.ts';
import { inheritForeignKey } from './foreign-keys.ts';
import { inheritIndexes } from './indexes.ts';
import { inheritKeys } from './keys.ts';
import { columnById, columnNamed, nameOfRange, needColumn, needRelation } from './lookup.ts';
import { isDefault, requireNoOverlap } from './partition-bound.ts';
import { aloneOnly, childrenOf, descendantsOf, lock, refuse, refuseConcurrently, toil, type Work } from './work.ts';

const STRATEGIES: Readonly<Record<string, string>> = {
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_HASH: 'hash',
};

export function partitionKeyOf(table: Relation, { strategy, partParams }: PartitionSpec): Relation['partitionKey'] {
  const columns = all('PartitionElem', partParams).flatMap(({ name, expr }) =>
    name === undefined ? (expr === undefined ? [] : columnsIn(expr, table)) : [needColumn(table, name).id],
  );
  return { strategy: STRATEGIES[strategy ?? ''] ?? 'range', columns };
}

export const boundNode = (bound: PartitionBoundSpec | undefined): Node | null =>
  bound === undefined ? null : { PartitionBoundSpec: bound };

const isDefaultOne = ({ partition }: Relation): boolean => isDefault(partition?.bound ?? null);

/** ATTACH PARTITION. https://www.postgresql.org/docs/18/sql-altertable.html */
export function attachPartition(work: Work, table: Relation, { def }: AlterTableCmd): void {
  const command = as('PartitionCmd', def);
  const partition = needRelation(work, nameOfRange(command?.name ?? {}));
  if (table.kind !== 'partitioned') refuse(`table "${table.name}" is not partitioned`);
  for (const one of [partition, ...descendantsOf(work.catalog, partition.id)]) lock(work, one.id, 'access exclusive');
  if (partition.partition !== null) refuse(`"${partition.name}" is already a partition`);
  requireSameColumns(table, partition);
  for (const constraint of table.constraints)
    if (constraint.kind === 'check' && !partition.constraints.some(({ name, kind }) => kind === 'check' && name === constraint.name))
      refuse(`child table is missing constraint "${constraint.name}"`);
  if (!isProven(table, partition, command?.bound, false))
    for (const one of [partition, ...descendantsOf(work.catalog, partition.id)]) toil(work, 'scan', one.id, COSTS.attach);
  requireNoOverlap(work.catalog, table, partition.name, command?.bound);
  readDefault(work, table, command?.bound);
  partition.partition = { parent: table.id, bound: boundNode(command?.bound) };
  takeOver(work, table, partition, true);
}

/** What a partition has from its table: indexes, keys, foreign keys, triggers. */
export function takeOver(work: Work, table: Relation, partition: Relation, hasRows: boolean): void {
  inheritIndexes(work, table, partition, hasRows ? COSTS.attachIndex : null);
  inheritKeys(work, table);
  for (const constraint of table.constraints)
    if (constraint.kind === 'foreign') inheritForeignKey(work, table, partition, constraint, hasRows && constraint.enforced);
  for (const trigger of table.triggers) if (trigger.forEach === 'row') partition.triggers.push(triggerOn(table, partition, trigger));
}

function triggerOn(table: Relation, partition: Relation, trigger: Trigger): Trigger {
  const ofColumns = trigger.ofColumns.flatMap((id) => columnNamed(partition, columnById(table, id)?.name ?? '')?.id ?? []);
  return { ...trigger, ofColumns };
}

function requireSameColumns(table: Relation, partition: Relation): void {
  for (const column of partition.columns)
    if (columnNamed(table, column.name) === undefined)
      refuse(`table "${partition.name}" contains column "${column.name}" not found in parent "${table.name}"`);
  for (const column of table.columns) {
    const same = columnNamed(partition, column.name) ?? refuse(`child table is missing column "${column.name}"`);
    if (same.type.name !== column.type.name || same.type.array !== column.type.array)
      refuse(`child table "${partition.name}" has different type for column "${column.name}"`);
    if (column.notNull && !same.notNull) refuse(`column "${column.name}" in child table "${partition.name}" must be marked NOT NULL`);
  }
}

/** DETACH PARTITION: brief, but for CONCURRENTLY, which waits for others. */
export function detachPartition(work: Work, table: Relation, { def }: AlterTableCmd): void {
  const command = as('PartitionCmd', def);
  const concurrently = command?.concurrent === true;
  if (concurrently) aloneOnly(work, 'ALTER TABLE … DETACH CONCURRENTLY');
  const partition = needRelation(work, nameOfRange(command?.name ?? {}));
  if (partition.partition?.parent !== table.id) refuse(`relation "${partition.name}" is not a partition of relation "${table.name}"`);
  const byDefault = childrenOf(work.catalog, table.id).find(isDefaultOne);
  if (concurrently && byDefault !== undefined)
    refuseConcurrently(
      'cannot detach partitions concurrently when a default partition exists',
      'DETACH PARTITION without CONCURRENTLY, with a lock_timeout.',
    );
  lock(work, partition.id, 'access exclusive');
  if (byDefault !== undefined) lock(work, byDefault.id, 'access exclusive');
  partition.partition = null;
  for (const index of work.catalog.indexes.values()) if (index.table === partition.id) index.parent = null;
}

/** Rows that belong to a new partition may not stay in the default one, which is read for them. */
export function readDefault(work: Work, table: Relation, bound: PartitionBoundSpec | undefined): void {
  const byDefault = childrenOf(work.catalog, table.id).find(isDefaultOne);
  if (byDefault === undefined || bound?.is_default === true) return;
  const parts = [byDefault, ...descendantsOf(work.catalog, byDefault.id)];
  for (const one of parts) lock(work, one.id, 'access exclusive');
  if (!isProven(table, byDefault, bound, true)) for (const one of parts) toil(work, 'scan', one.id, COSTS.defaultPartition);
}

/**
 * Whether valid constraints of the partition imply its bound (or, of the default one, exclude it): `PartConstraintImpliedByRelConstraint`.
 * Only the plain form over one column is recognized: `key >= low AND key < high`, `key = value`, `key IN (…)`, together with NOT NULL.
 */
function isProven(table: Relation, partition: Relation, bound: PartitionBoundSpec | undefined, excluded: boolean): boolean {
  const [key, ...more] = table.partitionKey?.columns ?? [];
  const column = columnNamed(partition, columnById(table, key ?? 0)?.name ?? '');
  if (column === undefined || more.length > 0 || bound === undefined || bound.is_default === true || excluded) return false;
  const checks = partition.constraints.filter(({ kind, validated, enforced }) => kind === 'check' && validated && enforced);
  const parts = checks.flatMap(({ expression }) => (expression === null ? [] : conjunctsOf(expression)));
  const tests = parts.flatMap((part) => testOf(part, column));
  const isNotNull = column.notNull || parts.some((part) => as('NullTest', part)?.nulltesttype === 'IS_NOT_NULL');
  if (bound.strategy === 'l') {
    const values = (bound.listdatums ?? []).map(textOf);
    const wantsNull = values.includes('null');
    return (
      (isNotNull || wantsNull) &&
      tests.some(({ operator, operands }) => operator === '=' && operands.every((operand) => values.includes(operand)))
    );
  }
  if (bound.strategy !== 'r' || !isNotNull) return false;
  return reaches(tests, bound.lowerdatums?.[0], ['>=', '>']) && reaches(tests, bound.upperdatums?.[0], ['<']);
}

function reaches(tests: readonly Test[], datum: Node | undefined, operators: readonly string[]): boolean {
  // MINVALUE and MAXVALUE are read as columns of that name.
  if (as('ColumnRef', datum) !== undefined) return true;
  const value = textOf(datum);
  return tests.some(({ operator, operands }) => operators.includes(operator) && operands[0] === value);
}

interface Test {
  readonly operator: string;
  readonly operands: readonly string[];
}

function testOf(part: Node, column: Column): readonly Test[] {
  const test = as('A_Expr', part);
  if (stringsOf(as('ColumnRef', test?.lexpr)?.fields).at(-1) !== column.name || test === undefined) return [];
  const operator = stringsOf(test.name).at(-1) ?? '';
  if (test.kind === 'AEXPR_IN') return [{ operator, operands: (as('List', test.rexpr)?.items ?? []).map(textOf) }];
  return test.kind === 'AEXPR_OP' ? [{ operator, operands: [textOf(test.rexpr)] }] : [];
}

/** A constant as one writes it, whatever its cast; an expression stands for nothing else. */
function textOf(node: Node | undefined): string {
  const constant = constantOf(node);
  const value = constant === undefined ? constantOf(as('TypeCast', node)?.arg) : constant;
  return value === undefined ? JSON.stringify(node ?? null) : String(value);
}
