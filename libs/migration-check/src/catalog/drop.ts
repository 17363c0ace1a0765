import { resolve } from '../resolve/resolve.ts';
import { within } from '../sql/node.ts';
import type { Catalog, Column, Constraint, Id, Index, Relation, Routine, UserType } from './catalog.ts';
import { type Dependent, dependentsOfColumn, dependentsOfRelation, dependentsOfRoutine, dependentsOfType, describe } from './dependents.ts';
import { indexesOf } from './lookup.ts';
import { isDefault } from './partition-bound.ts';
import { childrenOf, lock, refuse, type Work } from './work.ts';

/** @throws where something depends on the subject, unless CASCADE takes it along. */
export function settle(work: Work, subject: string, dependents: readonly Dependent[], cascade: boolean): void {
  const [first] = dependents;
  if (first === undefined) return;
  if (!cascade)
    refuse(
      `cannot drop ${subject} because other objects depend on it: ${dependents.map(describe).join(', ')}`,
      'Drop or change what depends on it first, when no release uses that any more.',
    );
  for (const dependent of dependents) dropDependent(work, dependent);
}

function dropDependent(work: Work, dependent: Dependent): void {
  switch (dependent.what) {
    case 'relation':
      if (work.catalog.relations.has(dependent.relation.id)) dropRelation(work, dependent.relation, true, new Set());
      return;
    case 'column':
      lock(work, dependent.table.id, 'access exclusive');
      dropColumn(work, dependent.table, dependent.column, true);
      return;
    case 'default':
      lock(work, dependent.table.id, 'access exclusive');
      dependent.column.default = null;
      return;
    case 'constraint':
      lock(work, dependent.table.id, 'access exclusive');
      dropConstraint(work, dependent.table, dependent.constraint, true);
      return;
    case 'trigger':
      lock(work, dependent.table.id, 'access exclusive');
      dependent.table.triggers = dependent.table.triggers.filter(({ name }) => name !== dependent.name);
      return;
    case 'policy':
      lock(work, dependent.table.id, 'access exclusive');
      dependent.table.policies = dependent.table.policies.filter(({ name }) => name !== dependent.name);
      return;
    case 'index':
      work.catalog.indexes.delete(dependent.index);
      return;
    case 'routine':
      dropRoutine(work, dependent.routine, true);
      return;
    case 'type':
      dropType(work, dependent.type, true);
  }
}

/** A table goes with its partitions, indexes, triggers and own sequences. */
export function dropRelation(work: Work, relation: Relation, cascade: boolean, together: ReadonlySet<Id>): void {
  const { catalog } = work;
  lock(work, relation.id, 'access exclusive');
  if (relation.partition !== null)
    for (const { id, partition } of [...catalog.relations.values()])
      if (id === relation.partition.parent || (partition?.parent === relation.partition.parent && isDefault(partition.bound)))
        lock(work, id, 'access exclusive');
  const partitions = childrenOf(catalog, relation.id).filter(({ partition }) => partition?.parent === relation.id);
  const gone = new Set([...together, relation.id, ...partitions.map(({ id }) => id)]);
  settle(
    work,
    `${relation.kind === 'partitioned' ? 'table' : relation.kind} ${relation.name}`,
    dependentsOfRelation(catalog, relation, gone),
    cascade,
  );
  for (const { references } of relation.constraints) if (references !== null) lock(work, references.table, 'access exclusive');
  catalog.relations.delete(relation.id);
  for (const partition of partitions) dropRelation(work, partition, cascade, gone);
  for (const index of indexesOf(catalog, relation.id)) catalog.indexes.delete(index.id);
  for (const sequence of catalog.sequences.values()) if (sequence.ownedBy?.table === relation.id) catalog.sequences.delete(sequence.id);
}

/** A column goes with the indexes and the table's own constraints that name it. */
export function dropColumn(work: Work, table: Relation, column: Column, cascade: boolean): void {
  const { catalog } = work;
  if (!table.columns.includes(column)) return;
  if (table.partitionKey?.columns.includes(column.id) === true)
    refuse(`cannot drop column "${column.name}" because it is part of the partition key of relation "${table.name}"`);
  settle(work, `column ${column.name} of table ${table.name}`, dependentsOfColumn(catalog, table, column), cascade);
  for (const constraint of table.constraints.filter(({ columns }) => columns.includes(column.id)))
    dropConstraint(work, table, constraint, cascade);
  for (const index of indexesOf(catalog, table.id)) if (usesColumn(index, column.id)) catalog.indexes.delete(index.id);
  for (const sequence of catalog.sequences.values()) if (sequence.ownedBy?.column === column.id) catalog.sequences.delete(sequence.id);
  table.columns = table.columns.filter(({ id }) => id !== column.id);
}

function usesColumn({ keys, include, predicate }: Index, column: Id): boolean {
  const used = keys.flatMap((key) => ('column' in key ? [key.column] : key.columns));
  return [...used, ...include, ...(predicate?.columns ?? [])].includes(column);
}

/** A key goes with its index; foreign keys that rely on it hinder that. */
export function dropConstraint(work: Work, table: Relation, constraint: Constraint, cascade: boolean): void {
  const { catalog } = work;
  if (!table.constraints.includes(constraint)) return;
  if (constraint.references !== null) lock(work, constraint.references.table, 'access exclusive');
  if (constraint.index !== null) {
    const columns = [...constraint.columns].sort().join();
    const relying = [...catalog.relations.values()].flatMap((other) =>
      other.constraints
        .filter(({ references }) => references?.table === table.id && [...references.columns].sort().join() === columns)
        .map((one): Dependent => ({ what: 'constraint', table: other, constraint: one })),
    );
    const grouping = constraint.kind === 'primary' ? groupedBy(catalog, table, constraint) : [];
    settle(work, `constraint ${constraint.name} on table ${table.name}`, [...relying, ...grouping], cascade);
    catalog.indexes.delete(constraint.index);
  }
  if (constraint.kind === 'not null') for (const column of table.columns) if (column.id === constraint.columns[0]) column.notNull = false;
  table.constraints = table.constraints.filter((one) => one !== constraint);
}

/** Views that GROUP BY a primary key and show other columns of the table: without the key they are no valid queries. */
function groupedBy(catalog: Catalog, table: Relation, key: Constraint): readonly Dependent[] {
  const isGrouped = ({ dependsOn, query }: Relation): boolean =>
    query !== null &&
    within('SelectStmt', [query]).some(({ groupClause }) => groupClause !== undefined) &&
    dependsOn.some(({ relation }) => relation === table.id);
  const views = [...catalog.relations.values()].filter(isGrouped);
  if (views.length === 0) return [];
  const without = { ...catalog, relations: new Map(catalog.relations) };
  without.relations.set(table.id, { ...table, constraints: table.constraints.filter((one) => one !== key) });
  return views.flatMap((view): Dependent[] => {
    const [now, then] = [catalog, without].map((one) => (view.query === null ? undefined : resolve(view.query, one, one.searchPath)));
    if (now === undefined || then === undefined || 'error' in now || !('error' in then) || then.unknown) return [];
    return [{ what: 'relation', relation: view }];
  });
}

export function dropIndex(work: Work, index: Index): void {
  work.catalog.indexes.delete(index.id);
  for (const part of work.catalog.indexes.values()) if (part.parent === index.id) dropIndex(work, part);
}

export function dropType(work: Work, type: UserType, cascade: boolean): void {
  settle(work, `type ${type.name}`, dependentsOfType(work.catalog, type), cascade);
  work.catalog.types.delete(type.id);
}

export function dropRoutine(work: Work, routine: Routine, cascade: boolean): void {
  settle(work, `function ${routine.name}`, dependentsOfRoutine(work.catalog, routine), cascade);
  work.catalog.routines.delete(routine.id);
}
