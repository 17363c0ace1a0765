import type { Node, RangeVar, TypeName } from 'libpg-query';
import { TypeSystem } from '../resolve/type-system.ts';
import { nameOf } from '../sql/node.ts';
import type { Catalog, Column, Constraint, Id, Index, Relation, Routine, Sequence, TypeRef, UserType } from './catalog.ts';
import { refuse, type Work } from './work.ts';

interface Named {
  readonly id: Id;
  readonly schema: string;
  readonly name: string;
}

/** Of a name with at most a schema before it. */
export interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
}

export function qualified(names: readonly string[]): QualifiedName {
  return { schema: names.at(-2) ?? null, name: names.at(-1) ?? '' };
}

export const textOf = ({ schema, name }: QualifiedName): string => (schema === null ? name : `${schema}.${name}`);

export const nameOfRange = ({ schemaname, relname }: RangeVar): QualifiedName => ({ schema: schemaname ?? null, name: relname ?? '' });

/** The first along the search path. */
function find<T extends Named>(catalog: Catalog, things: ReadonlyMap<Id, T>, { schema, name }: QualifiedName): T | null {
  const called = [...things.values()].filter((thing) => thing.name === name);
  if (schema !== null) return called.find((thing) => thing.schema === schema) ?? null;
  for (const one of ['pg_temp', ...catalog.searchPath]) {
    const found = called.find((thing) => thing.schema === one);
    if (found !== undefined) return found;
  }
  return null;
}

export const findRelation = (catalog: Catalog, name: QualifiedName): Relation | null => find(catalog, catalog.relations, name);
/** What a FROM, INTO or UPDATE names; undefined: nothing, or no relation. */
export const relationAt = (catalog: Catalog, range: RangeVar | undefined): Relation | undefined =>
  range === undefined ? undefined : (findRelation(catalog, nameOfRange(range)) ?? undefined);
export const findIndex = (catalog: Catalog, name: QualifiedName): Index | null => find(catalog, catalog.indexes, name);
export const findSequence = (catalog: Catalog, name: QualifiedName): Sequence | null => find(catalog, catalog.sequences, name);
export const findType = (catalog: Catalog, name: QualifiedName): UserType | null => find(catalog, catalog.types, name);

export function routinesNamed(catalog: Catalog, { schema, name }: QualifiedName): readonly Routine[] {
  return [...catalog.routines.values()].filter(
    (routine) => routine.name === name && (schema === null ? catalog.searchPath.includes(routine.schema) : routine.schema === schema),
  );
}

/** Those of PostgreSQL itself, which no catalog here has. */
export function isSystemName({ schema, name }: QualifiedName): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema' || (schema === null && name.startsWith('pg_'));
}

export function needRelation({ catalog }: Work, name: QualifiedName): Relation {
  return findRelation(catalog, name) ?? refuse(`relation "${textOf(name)}" does not exist`);
}

export function needIndex({ catalog }: Work, name: QualifiedName): Index {
  return findIndex(catalog, name) ?? refuse(`relation "${textOf(name)}" does not exist`);
}

export function needType({ catalog }: Work, name: QualifiedName): UserType {
  return findType(catalog, name) ?? refuse(`type "${textOf(name)}" does not exist`);
}

export function columnNamed(relation: Relation, name: string): Column | undefined {
  return relation.columns.find((column) => column.name === name);
}

export function needColumn(relation: Relation, name: string): Column {
  return columnNamed(relation, name) ?? refuse(`column "${name}" of relation "${relation.name}" does not exist`);
}

export function columnById(relation: Relation, id: Id): Column | undefined {
  return relation.columns.find((column) => column.id === id);
}

export function needConstraint(relation: Relation, name: string): Constraint {
  return (
    relation.constraints.find((constraint) => constraint.name === name) ??
    refuse(`constraint "${name}" of relation "${relation.name}" does not exist`)
  );
}

export function tableOf(catalog: Catalog, id: Id): Relation {
  const relation = catalog.relations.get(id);
  if (relation === undefined) throw new Error(`No relation has the id ${String(id)}.`);
  return relation;
}

export function indexesOf(catalog: Catalog, table: Id): readonly Index[] {
  return [...catalog.indexes.values()].filter((index) => index.table === table);
}

/** Where something new goes: the schema that is named, or the first of the search path that is there. */
export function schemaFor({ catalog }: Work, schema: string | null): string {
  if (schema !== null) return catalog.schemas.has(schema) || schema === 'pg_temp' ? schema : refuse(`schema "${schema}" does not exist`);
  return catalog.searchPath.find((one) => catalog.schemas.has(one)) ?? refuse('no schema has been selected to create in');
}

/** Relations, indexes, sequences and composite types share one space of names in a schema. */
export function isTaken({ relations, indexes, sequences }: Catalog, schema: string, name: string): boolean {
  return [relations, indexes, sequences].some((things) =>
    [...(things as ReadonlyMap<Id, Named>).values()].some((thing) => thing.schema === schema && thing.name === name),
  );
}

/** @throws where there is no such type. */
export function typeRef({ catalog }: Work, typeName: TypeName): TypeRef {
  return new TypeSystem(catalog, catalog.searchPath).named(typeName);
}

export const sameType = (a: TypeRef, b: TypeRef): boolean =>
  a.schema === b.schema && a.name === b.name && a.array === b.array && a.mods.join() === b.mods.join();

/** `a.b` or `a.b.c` with a column at its end, as COMMENT and RENAME have it. */
export function qualifiedNode(node: Node | undefined): QualifiedName {
  return qualified(nameOf(node));
}

/** Whether a parent or the partitioned table has the column: then only that one may change it. */
export function isInherited({ catalog }: Work, table: Relation, column: string): boolean {
  const parents = [...(table.partition === null ? [] : [table.partition.parent]), ...table.inherits];
  return parents.some((parent) => tableOf(catalog, parent).columns.some(({ name }) => name === column));
}
