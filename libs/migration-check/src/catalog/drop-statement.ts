import type { DropStmt, Node } from 'libpg-query';
import { as, nameOf, stringsOf } from '../sql/node.ts';
import type { Id, Relation, Routine } from './catalog.ts';
import type { Dependent } from './dependents.ts';
import { dependentsOfExtension } from './extensions.ts';
import { dropIndex, dropRelation, dropRoutine, dropType, settle } from './drop.ts';
import {
  findIndex,
  findRelation,
  findSequence,
  findType,
  type QualifiedName,
  qualified,
  routinesNamed,
  textOf,
  typeRef,
} from './lookup.ts';
import { aloneOnly, childrenOf, descendantsOf, lock, refuse, refuseConcurrently, unreadable, type Work } from './work.ts';

interface Dropping {
  readonly cascade: boolean;
  readonly missingOk: boolean;
  readonly concurrently: boolean;
}

type Dropper = (work: Work, object: Node, how: Dropping, all: readonly Node[]) => void;

/** Word for messages, and kinds that it may be. */
interface Form {
  readonly word: string;
  readonly kinds: readonly Relation['kind'][];
}

const DROPPERS: Partial<Record<NonNullable<DropStmt['removeType']>, Dropper>> = {
  OBJECT_TABLE: dropTables({ word: 'table', kinds: ['table', 'partitioned'] }),
  OBJECT_VIEW: dropTables({ word: 'view', kinds: ['view'] }),
  OBJECT_MATVIEW: dropTables({ word: 'materialized view', kinds: ['materialized view'] }),
  OBJECT_FOREIGN_TABLE: dropTables({ word: 'foreign table', kinds: ['foreign'] }),
  OBJECT_INDEX: dropIndexByName,
  OBJECT_SEQUENCE: dropSequence,
  OBJECT_TYPE: dropTypeByName,
  OBJECT_DOMAIN: dropTypeByName,
  OBJECT_FUNCTION: dropRoutineByName,
  OBJECT_PROCEDURE: dropRoutineByName,
  OBJECT_ROUTINE: dropRoutineByName,
  OBJECT_AGGREGATE: dropRoutineByName,
  OBJECT_TRIGGER: dropTrigger,
  OBJECT_POLICY: dropPolicy,
  OBJECT_RULE: dropRule,
  OBJECT_SCHEMA: dropSchema,
  OBJECT_EXTENSION: dropExtension,
};

/** What nobody's queries depend on. */
const HARMLESS = new Set(['OBJECT_STATISTIC_EXT', 'OBJECT_PUBLICATION', 'OBJECT_EVENT_TRIGGER', 'OBJECT_COLLATION', 'OBJECT_CONVERSION']);

/** DROP … of anything; dependents hinder it unless CASCADE takes them along. */
export function drop(work: Work, { removeType, objects, behavior, missing_ok, concurrent }: DropStmt): void {
  const how = { cascade: behavior === 'DROP_CASCADE', missingOk: missing_ok === true, concurrently: concurrent === true };
  const dropper = removeType === undefined ? undefined : DROPPERS[removeType];
  if (dropper === undefined) {
    if (removeType === undefined || !HARMLESS.has(removeType))
      unreadable(work, `what ${String(removeType)} that is dropped was for is not known`);
    return;
  }
  for (const object of objects ?? []) dropper(work, object, how, objects ?? []);
}

function missing(how: Dropping, message: string): null {
  return how.missingOk ? null : refuse(message);
}

function dropTables({ word, kinds }: Form): Dropper {
  return (work, object, how, all) => {
    const find = (node: Node): Relation | null => findRelation(work.catalog, qualified(nameOf(node)));
    const relation = find(object);
    if (relation === null) {
      missing(how, `${word} "${textOf(qualified(nameOf(object)))}" does not exist`);
      return;
    }
    if (!kinds.includes(relation.kind)) refuse(`"${relation.name}" is not a ${word}`);
    dropRelation(work, relation, how.cascade, new Set(all.flatMap((one) => find(one)?.id ?? [])));
  };
}

function dropIndexByName(work: Work, object: Node, how: Dropping): void {
  if (how.concurrently) aloneOnly(work, 'DROP INDEX CONCURRENTLY');
  const name = qualified(nameOf(object));
  const index = findIndex(work.catalog, name);
  if (index === null) {
    missing(how, `index "${textOf(name)}" does not exist`);
    return;
  }
  const table = work.catalog.relations.get(index.table);
  if (table === undefined) return;
  lock(work, table.id, how.concurrently ? 'share update exclusive' : 'access exclusive');
  if (how.concurrently && table.kind === 'partitioned')
    refuseConcurrently(
      `cannot drop partitioned index "${index.name}" concurrently`,
      'DROP INDEX without CONCURRENTLY, with a lock_timeout.',
    );
  if (index.parent !== null && work.catalog.indexes.has(index.parent))
    refuse(`cannot drop index ${index.name} because index ${work.catalog.indexes.get(index.parent)?.name ?? ''} requires it`);
  const constraint = table.constraints.find((one) => one.index === index.id);
  if (constraint !== undefined)
    refuse(
      `cannot drop index ${index.name} because constraint ${constraint.name} on table ${table.name} requires it`,
      `ALTER TABLE ${table.name} DROP CONSTRAINT ${constraint.name}.`,
    );
  for (const part of descendantsOf(work.catalog, table.id)) lock(work, part.id, 'access exclusive');
  dropIndex(work, index);
}

function dropSequence(work: Work, object: Node, how: Dropping): void {
  const name = qualified(nameOf(object));
  const sequence = findSequence(work.catalog, name);
  if (sequence === null) {
    missing(how, `sequence "${textOf(name)}" does not exist`);
    return;
  }
  const owner = sequence.ownedBy === null ? undefined : work.catalog.relations.get(sequence.ownedBy.table);
  const column = owner?.columns.find(({ id }) => id === sequence.ownedBy?.column);
  if (owner !== undefined && column !== undefined && column.identity !== null)
    refuse(`cannot drop sequence ${sequence.name} because column ${column.name} of table ${owner.name} requires it`);
  const users = [...work.catalog.relations.values()].flatMap((table) =>
    table.columns
      .filter((one) => JSON.stringify(one.default ?? null).includes(`"sval":"${sequence.name}"`))
      .map((column): Dependent => ({ what: 'default', table, column })),
  );
  settle(work, `sequence ${sequence.name}`, users, how.cascade);
  work.catalog.sequences.delete(sequence.id);
}

function dropTypeByName(work: Work, object: Node, how: Dropping): void {
  const name = qualified(nameOf(object));
  const type = findType(work.catalog, name);
  if (type === null) missing(how, `type "${textOf(name)}" does not exist`);
  else dropType(work, type, how.cascade);
}

function dropRoutineByName(work: Work, object: Node, how: Dropping): void {
  const written = as('ObjectWithArgs', object);
  const name = qualified(stringsOf(written?.objname));
  const found = routinesNamed(work.catalog, name).filter(
    (routine) => written?.args_unspecified === true || takes(work, routine, written?.objargs),
  );
  const [routine, ...more] = found;
  if (routine === undefined) missing(how, `function ${textOf(name)} does not exist`);
  else if (more.length > 0) refuse(`function name "${textOf(name)}" is not unique`);
  else dropRoutine(work, routine, how.cascade);
}

function takes(work: Work, { arguments: declared }: Routine, written: readonly Node[] | undefined): boolean {
  const asked = (written ?? []).flatMap((node) => as('TypeName', node) ?? []).map((type) => typeRef(work, type));
  return asked.length === declared.length && asked.every((type, i) => type.name === declared[i]?.name && type.array === declared[i].array);
}

/** Of a table: the last word is its own name, the ones before the table's. */
function ownerOf(work: Work, object: Node, how: Dropping): { readonly table: Relation; readonly name: string } | null {
  const names = nameOf(object);
  const owner: QualifiedName = qualified(names.slice(0, -1));
  const table = findRelation(work.catalog, owner);
  if (table === null) return missing(how, `relation "${textOf(owner)}" does not exist`);
  lock(work, table.id, 'access exclusive');
  return { table, name: names.at(-1) ?? '' };
}

function dropTrigger(work: Work, object: Node, how: Dropping): void {
  const found = ownerOf(work, object, how);
  if (found === null) return;
  const { table, name } = found;
  if (!table.triggers.some((trigger) => trigger.name === name)) missing(how, `trigger "${name}" for table "${table.name}" does not exist`);
  for (const one of [table, ...childrenOf(work.catalog, table.id)]) one.triggers = one.triggers.filter((trigger) => trigger.name !== name);
}

function dropPolicy(work: Work, object: Node, how: Dropping): void {
  const found = ownerOf(work, object, how);
  if (found === null) return;
  const { table, name } = found;
  if (!table.policies.some((policy) => policy.name === name)) missing(how, `policy "${name}" for table "${table.name}" does not exist`);
  table.policies = table.policies.filter((policy) => policy.name !== name);
}

function dropRule(work: Work, object: Node, how: Dropping): void {
  const found = ownerOf(work, object, how);
  if (found === null) return;
  const { table, name } = found;
  if (!table.rules.includes(name)) missing(how, `rule "${name}" for relation "${table.name}" does not exist`);
  table.rules = table.rules.filter((rule) => rule !== name);
}

function dropSchema(work: Work, object: Node, how: Dropping): void {
  const { catalog } = work;
  const name = nameOf(object).at(-1) ?? '';
  if (!catalog.schemas.has(name)) {
    missing(how, `schema "${name}" does not exist`);
    return;
  }
  const inside = <T extends { readonly schema: string }>(things: ReadonlyMap<Id, T>): readonly T[] =>
    [...things.values()].filter(({ schema }) => schema === name);
  const contents: Dependent[] = [
    ...inside(catalog.relations).map((relation): Dependent => ({ what: 'relation', relation })),
    ...inside(catalog.routines).map((routine): Dependent => ({ what: 'routine', routine })),
    ...inside(catalog.types).map((type): Dependent => ({ what: 'type', type })),
  ];
  settle(work, `schema ${name}`, contents, how.cascade);
  for (const sequence of inside(catalog.sequences)) catalog.sequences.delete(sequence.id);
  catalog.schemas.delete(name);
}

function dropExtension(work: Work, object: Node, how: Dropping): void {
  const name = nameOf(object).at(-1) ?? '';
  if (!work.catalog.extensions.has(name)) {
    missing(how, `extension "${name}" does not exist`);
    return;
  }
  const dependents = dependentsOfExtension(work.catalog, name);
  if (dependents !== null) settle(work, `extension ${name}`, dependents, how.cascade);
  else if (how.cascade) unreadable(work, `which columns and indexes use the extension ${name} is not known`);
  work.catalog.extensions.delete(name);
}
