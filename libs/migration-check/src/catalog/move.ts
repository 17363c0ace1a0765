import type { AlterObjectSchemaStmt, Node } from 'libpg-query';
import { as, nameOf, stringsOf } from '../sql/node.ts';
import type { Catalog, TypeRef } from './catalog.ts';
import { isOfType } from './dependents.ts';
import {
  findRelation,
  findSequence,
  indexesOf,
  isTaken,
  nameOfRange,
  needType,
  type QualifiedName,
  qualified,
  routinesNamed,
  textOf,
} from './lookup.ts';
import { lock, refuse, unreadable, type Work } from './work.ts';

/** Columns, domains and routines name the types that they are of. */
export function moveType(
  catalog: Catalog,
  from: { readonly schema: string; readonly name: string },
  to: { readonly schema: string; readonly name: string },
): void {
  const moved = (ref: TypeRef): TypeRef => (isOfType(ref, from) ? { ...ref, ...to } : ref);
  for (const relation of catalog.relations.values()) for (const column of relation.columns) column.type = moved(column.type);
  for (const type of catalog.types.values()) {
    if (type.base !== null) type.base = moved(type.base);
    for (const attribute of type.attributes) attribute.type = moved(attribute.type);
  }
  for (const [id, routine] of catalog.routines) {
    const returns = typeof routine.returns === 'object' && routine.returns !== null ? moved(routine.returns) : routine.returns;
    catalog.routines.set(id, { ...routine, arguments: routine.arguments.map(moved), returns });
  }
}

/** @throws where there is no such routine. */
export function routineOf(work: Work, object: Node | undefined): { schema: string; name: string } {
  const written = as('ObjectWithArgs', object);
  const name: QualifiedName = qualified(stringsOf(written?.objname));
  const asked = written?.objargs?.length ?? 0;
  const named = routinesNamed(work.catalog, name);
  const found = written?.args_unspecified === true ? named : named.filter((routine) => routine.arguments.length === asked);
  return found[0] ?? refuse(`function ${textOf(name)} does not exist`);
}

/** Triggers name the routine that they run. */
export function moveRoutine(
  catalog: Catalog,
  routine: { schema: string; name: string },
  to: { readonly schema: string; readonly name: string },
): void {
  const from = `${routine.schema}.${routine.name}`;
  for (const relation of catalog.relations.values())
    relation.triggers = relation.triggers.map((trigger) =>
      trigger.routine === from ? { ...trigger, routine: `${to.schema}.${to.name}` } : trigger,
    );
  Object.assign(routine, to);
}

/** ALTER … SET SCHEMA. */
export function setSchema(work: Work, { objectType, relation, object, newschema = '', missing_ok }: AlterObjectSchemaStmt): void {
  const { catalog } = work;
  if (!catalog.schemas.has(newschema)) refuse(`schema "${newschema}" does not exist`);
  if (relation !== undefined) {
    const name = nameOfRange(relation);
    const found = findRelation(catalog, name) ?? findSequence(catalog, name);
    if (found === null) {
      if (missing_ok !== true) refuse(`relation "${textOf(name)}" does not exist`);
      return;
    }
    if (isTaken(catalog, newschema, found.name)) refuse(`relation "${found.name}" already exists in schema "${newschema}"`);
    found.schema = newschema;
    if (!('columns' in found)) return;
    lock(work, found.id, 'access exclusive');
    for (const index of indexesOf(catalog, found.id)) index.schema = newschema;
    for (const sequence of catalog.sequences.values()) if (sequence.ownedBy?.table === found.id) sequence.schema = newschema;
    return;
  }
  if (objectType === 'OBJECT_TYPE' || objectType === 'OBJECT_DOMAIN') {
    const type = needType(work, qualified(nameOf(object)));
    moveType(catalog, type, { schema: newschema, name: type.name });
    type.schema = newschema;
  } else if (objectType === 'OBJECT_FUNCTION' || objectType === 'OBJECT_PROCEDURE' || objectType === 'OBJECT_ROUTINE') {
    const routine = routineOf(work, object);
    moveRoutine(catalog, routine, { schema: newschema, name: routine.name });
  } else unreadable(work, `what a moved ${String(objectType)} is used for is not known`);
}
