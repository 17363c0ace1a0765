import type { Constraint as Written, IndexElem } from 'libpg-query';
import { as, stringsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Constraint, Index, Relation } from './catalog.ts';
import { blank, type Site } from './constraint-site.ts';
import { makeNotNull } from './not-null.ts';
import { addIndex, elementColumns, type IndexDefinition, requirePartitionKey } from './indexes.ts';
import { columnById, columnNamed, isTaken, needIndex } from './lookup.ts';
import { freeRelationName } from './names.ts';
import { childrenOf, descendantsOf, lock, refuse, type Work } from './work.ts';

const FORMS = {
  CONSTR_PRIMARY: { kind: 'primary', label: 'pkey', cost: COSTS.primaryKey },
  CONSTR_UNIQUE: { kind: 'unique', label: 'key', cost: COSTS.unique },
  CONSTR_EXCLUSION: { kind: 'exclude', label: 'excl', cost: COSTS.exclude },
} as const;

type Form = (typeof FORMS)[keyof typeof FORMS];

/** PRIMARY KEY, UNIQUE and EXCLUDE: constraints that an index upholds. */
export function addKey(work: Work, table: Relation, written: Written, site: Site): void {
  const form = FORMS[written.contype as keyof typeof FORMS];
  if (form.kind === 'primary' && table.constraints.some(({ kind }) => kind === 'primary'))
    refuse(`multiple primary keys for table "${table.name}" are not allowed`);
  if (written.indexname !== undefined) {
    addKeyUsingIndex(work, table, written, form);
    return;
  }
  if (written.conname !== undefined && isTaken(work.catalog, table.schema, written.conname))
    refuse(`relation "${written.conname}" already exists`);
  const definition = definitionOf(written, site);
  for (const { name } of definition.elements) if (name !== undefined) mustExist(table, name);
  const columns = elementColumns(table, definition);
  if (form.kind !== 'exclude') requirePartitionKey(table, columns);
  if (form.kind === 'primary') for (const id of columns) notNull(work, table, id, site.fresh);
  const parts = definition.elements.map(({ name }) => name ?? 'expr').join('_');
  const name =
    written.conname ?? freeRelationName(work.catalog, table.schema, [table.name, form.kind === 'primary' ? null : parts, form.label]);
  const index = addIndex(work, table, definition, { name, cost: site.fresh ? null : form.cost, label: form.label });
  table.constraints.push(constraintOf(form, { name, columns, index, deferrable: written.deferrable === true }));
  constrainPartitions(work, table, index, form);
}

function mustExist(table: Relation, name: string): void {
  const column = columnNamed(table, name) ?? refuse(`column "${name}" named in key does not exist`);
  if (column.generated?.kind === 'virtual') refuse('constraints on virtual generated columns are not supported');
}

function definitionOf(written: Written, site: Site): IndexDefinition {
  const excluded = (written.exclusions ?? []).flatMap((pair) => as('IndexElem', as('List', pair)?.items?.[0]) ?? []);
  const names = written.keys === undefined && site.column !== null ? [site.column] : stringsOf(written.keys);
  const elements: readonly IndexElem[] = excluded.length > 0 ? excluded : names.map((name) => ({ name }));
  return {
    method: written.access_method ?? (excluded.length > 0 ? 'gist' : 'btree'),
    unique: written.contype !== 'CONSTR_EXCLUSION',
    nullsNotDistinct: written.nulls_not_distinct === true,
    elements,
    include: stringsOf(written.including),
    where: written.where_clause,
  };
}

function constraintOf(
  form: Form,
  {
    name,
    columns,
    index,
    deferrable,
  }: { readonly name: string; readonly columns: readonly number[]; readonly index: Index; readonly deferrable: boolean },
): Constraint {
  return { ...blank(), name, kind: form.kind, columns, deferrable, index: index.id };
}

function notNull(work: Work, table: Relation, id: number, fresh: boolean): void {
  const column = columnById(table, id);
  if (column !== undefined) makeNotNull(work, table, column, { name: null, validated: true, cost: fresh ? null : COSTS.primaryKey });
}

/** Each partition has the constraint too, on its part of the index. */
function constrainPartitions(work: Work, table: Relation, index: Index, form: Form): void {
  for (const partition of childrenOf(work.catalog, table.id)) {
    const part = [...work.catalog.indexes.values()].find((one) => one.table === partition.id && one.parent === index.id);
    if (part === undefined || partition.constraints.some((constraint) => constraint.index === part.id)) continue;
    const columns = part.keys.flatMap((key) => ('column' in key ? [key.column] : []));
    partition.constraints.push(constraintOf(form, { name: part.name, columns, index: part, deferrable: false }));
    constrainPartitions(work, partition, part, form);
  }
}

/** A partition that has just got its indexes gets the constraints that go with them. */
export function inheritKeys(work: Work, table: Relation): void {
  for (const constraint of table.constraints) {
    const form = Object.values(FORMS).find(({ kind }) => kind === constraint.kind);
    const index = constraint.index === null ? undefined : work.catalog.indexes.get(constraint.index);
    if (form !== undefined && index !== undefined) constrainPartitions(work, table, index, form);
  }
}

function addKeyUsingIndex(work: Work, table: Relation, written: Written, form: Form): void {
  const index = needIndex(work, { schema: table.schema, name: written.indexname ?? '' });
  const refusal = refusalOf(work, table, index);
  if (refusal !== null) refuse(refusal);
  const columns = index.keys.flatMap((key) => ('column' in key ? [key.column] : []));
  if (form.kind === 'primary')
    for (const id of columns) {
      const column = columnById(table, id);
      if (column !== undefined) makeNotNull(work, table, column, { name: null, validated: true, cost: COSTS.notNullForKey });
    }
  index.name = written.conname ?? index.name;
  table.constraints.push(constraintOf(form, { name: index.name, columns, index, deferrable: written.deferrable === true }));
  for (const child of descendantsOf(work.catalog, table.id)) lock(work, child.id, 'access exclusive');
}

function refusalOf({ catalog }: Work, table: Relation, index: Index): string | null {
  if (index.table !== table.id) return `index "${index.name}" does not belong to table "${table.name}"`;
  if ([...catalog.relations.values()].some(({ constraints }) => constraints.some((constraint) => constraint.index === index.id)))
    return `index "${index.name}" is already associated with a constraint`;
  if (table.kind === 'partitioned') return 'ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables';
  if (!index.valid) return `index "${index.name}" is not valid`;
  if (!index.unique) return `"${index.name}" is not a unique index`;
  if (index.predicate !== null) return `"${index.name}" is a partial index`;
  return index.keys.some((key) => 'expression' in key) ? `index "${index.name}" contains expressions` : null;
}

/** Columns of the primary key by name, for REFERENCES without columns; null: the table has none. */
export function primaryKeyOf(table: Relation): readonly number[] | null {
  return table.constraints.find(({ kind }) => kind === 'primary')?.columns ?? null;
}

/** Whether a unique index that is not partial and not deferred covers exactly these columns. */
export function isUniqueKey({ catalog }: Work, table: Relation, columns: readonly number[]): boolean {
  return [...catalog.indexes.values()].some((index) => {
    if (index.table !== table.id || !index.unique || !index.valid || index.predicate !== null || index.keys.length !== columns.length)
      return false;
    const deferred = table.constraints.some((constraint) => constraint.index === index.id && constraint.deferrable);
    return !deferred && index.keys.every((key) => 'column' in key && columns.includes(key.column));
  });
}
