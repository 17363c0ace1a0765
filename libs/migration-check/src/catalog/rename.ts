import type { Node, RenameStmt } from 'libpg-query';
import { within } from '../sql/node.ts';
import type { Catalog, Column, Relation } from './catalog.ts';
import { renamed } from './expressions.ts';
import {
  columnNamed,
  findIndex,
  findRelation,
  findSequence,
  indexesOf,
  isInherited,
  isTaken,
  nameOfRange,
  needColumn,
  needConstraint,
  needType,
  qualifiedNode,
  textOf,
} from './lookup.ts';
import { moveRoutine, moveType, routineOf } from './move.ts';
import { descendantsOf, lock, refuse, unreadable, type Work } from './work.ts';

type Renamer = (work: Work, statement: RenameStmt, to: string) => void;

const RENAMERS: Partial<Record<NonNullable<RenameStmt['renameType']>, Renamer>> = {
  OBJECT_TABLE: renameRelation,
  OBJECT_VIEW: renameRelation,
  OBJECT_MATVIEW: renameRelation,
  OBJECT_FOREIGN_TABLE: renameRelation,
  OBJECT_INDEX: renameRelation,
  OBJECT_SEQUENCE: renameRelation,
  OBJECT_COLUMN: renameColumnOf,
  OBJECT_ATTRIBUTE: renameAttribute,
  OBJECT_TABCONSTRAINT: renameConstraint,
  OBJECT_DOMCONSTRAINT: renameDomainConstraint,
  OBJECT_TYPE: renameType,
  OBJECT_DOMAIN: renameType,
  OBJECT_FUNCTION: renameRoutine,
  OBJECT_PROCEDURE: renameRoutine,
  OBJECT_ROUTINE: renameRoutine,
  OBJECT_TRIGGER: renameTrigger,
  OBJECT_POLICY: renamePolicy,
  OBJECT_RULE: renameRule,
  OBJECT_SCHEMA: renameSchema,
};

/** ALTER … RENAME: a brief lock, and everything keeps its id. */
export function rename(work: Work, statement: RenameStmt): void {
  const renamer = RENAMERS[statement.renameType ?? 'OBJECT_ROLE'];
  if (renamer === undefined) unreadable(work, `what a renamed ${String(statement.renameType)} is used for is not known`);
  else renamer(work, statement, statement.newname ?? '');
}

/** null: it is not there, and IF EXISTS was written. */
function relationOf(work: Work, { relation, missing_ok }: RenameStmt): Relation | null {
  const name = nameOfRange(relation ?? {});
  const found = findRelation(work.catalog, name);
  if (found === null && missing_ok !== true) refuse(`relation "${textOf(name)}" does not exist`);
  if (found !== null) lock(work, found.id, 'access exclusive');
  return found;
}

function renameRelation(work: Work, statement: RenameStmt, to: string): void {
  const { catalog } = work;
  const name = nameOfRange(statement.relation ?? {});
  const other = findIndex(catalog, name) ?? findSequence(catalog, name);
  const found = other === null ? relationOf(work, statement) : null;
  const thing = other ?? found;
  if (thing === null) return;
  if (isTaken(catalog, thing.schema, to)) refuse(`relation "${to}" already exists`);
  if (found !== null) renameInQueries(catalog, found, to);
  if (other !== null && 'table' in other) {
    const table = catalog.relations.get(other.table);
    for (const constraint of table?.constraints ?? []) if (constraint.index === other.id) constraint.name = to;
  }
  if (other !== null && !('table' in other)) renameSequence(catalog, other.name, to);
  thing.name = to;
}

/** A stored default refers to its sequence by id. */
function renameSequence(catalog: Catalog, from: string, to: string): void {
  for (const relation of catalog.relations.values())
    for (const column of relation.columns) {
      if (column.default === null || !JSON.stringify(column.default).includes(`"sval":"${from}"`)) continue;
      column.default = structuredClone(column.default);
      for (const constant of within('A_Const', column.default)) if (constant.sval?.sval === from) constant.sval.sval = to;
    }
}

/** A stored view refers to its tables by id: the name in the text follows, as an alias keeps what the rest of it says. */
function renameInQueries(catalog: Catalog, relation: Relation, to: string): void {
  for (const view of catalog.relations.values()) {
    if (view.query === null || !view.dependsOn.some((use) => use.relation === relation.id)) continue;
    view.query = structuredClone(view.query);
    for (const range of within('RangeVar', view.query))
      if (range.relname === relation.name && (range.schemaname ?? relation.schema) === relation.schema) {
        range.alias ??= { aliasname: relation.name };
        range.relname = to;
      }
  }
}

function renameColumnOf(work: Work, statement: RenameStmt, to: string): void {
  const table = relationOf(work, statement);
  if (table === null) return;
  const column = needColumn(table, statement.subname ?? '');
  if (isInherited(work, table, column.name)) refuse(`cannot rename inherited column "${column.name}"`);
  const parts = descendantsOf(work.catalog, table.id);
  if (parts.length > 0 && statement.relation?.inh !== true) refuse(`inherited column "${column.name}" must be renamed in child tables too`);
  const from = column.name;
  for (const one of [table, ...parts]) {
    lock(work, one.id, 'access exclusive');
    if (columnNamed(one, to) !== undefined) refuse(`column "${to}" of relation "${one.name}" already exists`);
    renameColumn(work.catalog, one, needColumn(one, from), to);
  }
}

/** The column, and its name in every expression and view that reads it. */
function renameColumn(catalog: Catalog, table: Relation, column: Column, to: string): void {
  const from = column.name;
  const inRow = (expression: Node): Node => renamed(expression, from, to);
  for (const [i, constraint] of table.constraints.entries())
    if (constraint.expression !== null && constraint.columns.includes(column.id))
      table.constraints[i] = { ...constraint, expression: inRow(constraint.expression) };
  for (const other of table.columns)
    if (other.generated !== null) other.generated = { ...other.generated, expression: inRow(other.generated.expression) };
  for (const [i, trigger] of table.triggers.entries())
    if (trigger.when !== null) table.triggers[i] = { ...trigger, when: inRow(trigger.when) };
  for (const policy of table.policies) {
    if (policy.using !== null) policy.using = inRow(policy.using);
    if (policy.check !== null) policy.check = inRow(policy.check);
  }
  for (const index of indexesOf(catalog, table.id)) {
    const keys = index.keys.map((key) => ('column' in key ? key : { ...key, expression: inRow(key.expression) }));
    const predicate = index.predicate === null ? null : { ...index.predicate, expression: inRow(index.predicate.expression) };
    catalog.indexes.set(index.id, { ...index, keys, predicate });
  }
  for (const view of catalog.relations.values())
    if (view.query !== null && view.dependsOn.some(({ relation, columns }) => relation === table.id && columns.includes(column.id)))
      view.query = renamed(view.query, from, to, qualifiersOf(view.query, table));
  column.name = to;
}

/** What a view may write before a column of the table. */
function qualifiersOf(query: Node, table: Relation): ReadonlySet<string> {
  const ranges = within('RangeVar', query).filter(({ relname }) => relname === table.name);
  return new Set(ranges.map(({ alias, relname }) => alias?.aliasname ?? relname ?? ''));
}

function renameAttribute(work: Work, { relation, subname, missing_ok }: RenameStmt, to: string): void {
  const type = needType(work, nameOfRange(relation ?? {}));
  const attribute = type.attributes.find(({ name }) => name === subname);
  if (attribute === undefined && missing_ok !== true) refuse(`attribute "${subname ?? ''}" does not exist`);
  if (attribute !== undefined) attribute.name = to;
}

function renameConstraint(work: Work, statement: RenameStmt, to: string): void {
  const table = relationOf(work, statement);
  if (table === null) return;
  const constraint = needConstraint(table, statement.subname ?? '');
  if (table.constraints.some(({ name }) => name === to)) refuse(`constraint "${to}" for relation "${table.name}" already exists`);
  const from = constraint.name;
  constraint.name = to;
  const index = constraint.index === null ? undefined : work.catalog.indexes.get(constraint.index);
  if (index !== undefined) index.name = to;
  if (constraint.kind !== 'check') return;
  for (const part of descendantsOf(work.catalog, table.id))
    for (const same of part.constraints) if (same.kind === 'check' && same.name === from) same.name = to;
}

function renameDomainConstraint(work: Work, { object, subname }: RenameStmt, to: string): void {
  const domain = needType(work, qualifiedNode(object));
  const check =
    domain.checks.find(({ name }) => name === subname) ??
    refuse(`constraint "${subname ?? ''}" for domain "${domain.name}" does not exist`);
  check.name = to;
}

function renameType(work: Work, { object }: RenameStmt, to: string): void {
  const type = needType(work, qualifiedNode(object));
  if ([...work.catalog.types.values()].some(({ schema, name }) => schema === type.schema && name === to))
    refuse(`type "${to}" already exists`);
  moveType(work.catalog, type, { schema: type.schema, name: to });
  type.name = to;
}

function renameRoutine(work: Work, { object }: RenameStmt, to: string): void {
  const routine = routineOf(work, object);
  moveRoutine(work.catalog, routine, { schema: routine.schema, name: to });
}

function renameTrigger(work: Work, statement: RenameStmt, to: string): void {
  const table = relationOf(work, statement);
  if (table === null) return;
  const trigger =
    table.triggers.find(({ name }) => name === statement.subname) ??
    refuse(`trigger "${statement.subname ?? ''}" for table "${table.name}" does not exist`);
  trigger.name = to;
}

function renamePolicy(work: Work, statement: RenameStmt, to: string): void {
  const table = relationOf(work, statement);
  if (table === null) return;
  const policy =
    table.policies.find(({ name }) => name === statement.subname) ??
    refuse(`policy "${statement.subname ?? ''}" for table "${table.name}" does not exist`);
  policy.name = to;
}

function renameRule(work: Work, statement: RenameStmt, to: string): void {
  const table = relationOf(work, statement);
  if (table !== null) table.rules = table.rules.map((rule) => (rule === statement.subname ? to : rule));
}

function renameSchema(work: Work, { subname = '' }: RenameStmt, to: string): void {
  const { catalog } = work;
  if (!catalog.schemas.delete(subname)) refuse(`schema "${subname}" does not exist`);
  if (catalog.schemas.has(to)) refuse(`schema "${to}" already exists`);
  catalog.schemas.add(to);
  for (const type of [...catalog.types.values()]) if (type.schema === subname) moveType(catalog, type, { schema: to, name: type.name });
  for (const routine of [...catalog.routines.values()])
    if (routine.schema === subname) moveRoutine(catalog, routine, { schema: to, name: routine.name });
  for (const things of [catalog.relations, catalog.indexes, catalog.sequences, catalog.types])
    for (const thing of things.values() as Iterable<{ schema: string }>) if (thing.schema === subname) thing.schema = to;
}
