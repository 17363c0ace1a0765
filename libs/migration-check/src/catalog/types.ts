import type { AlterEnumStmt, AlterTableCmd, CompositeTypeStmt, CreateCastStmt, CreateEnumStmt, CreateRangeStmt } from 'libpg-query';
import { all, as, stringsOf } from '../sql/node.ts';
import type { Relation, UserType } from './catalog.ts';
import { isOfType } from './dependents.ts';
import { applyNode } from './dispatch.ts';
import { nextId } from './identity.ts';
import { isTaken, needType, type QualifiedName, qualified, schemaFor, typeRef } from './lookup.ts';
import { refuse, unreadable, type Work } from './work.ts';

/** A type without anything in it yet. @throws where the name is taken. */
export function newType(work: Work, name: QualifiedName, kind: UserType['kind']): UserType {
  const { catalog } = work;
  const schema = schemaFor(work, name.schema);
  const taken = [...catalog.types.values()].some((type) => type.schema === schema && type.name === name.name);
  if (taken || isTaken(catalog, schema, name.name)) refuse(`type "${name.name}" already exists`);
  const type: UserType = {
    id: nextId(),
    schema,
    name: name.name,
    kind,
    labels: [],
    base: null,
    notNull: false,
    default: null,
    checks: [],
    attributes: [],
  };
  catalog.types.set(type.id, type);
  catalog.sinceStart.created.add(type.id);
  return type;
}

export function createEnum(work: Work, { typeName, vals }: CreateEnumStmt): void {
  newType(work, qualified(stringsOf(typeName)), 'enum').labels = [...stringsOf(vals)];
}

export function createComposite(work: Work, { typevar, coldeflist }: CompositeTypeStmt): void {
  const attributes = all('ColumnDef', coldeflist).map(({ colname = '', typeName }) => ({
    name: colname,
    type: typeRef(work, typeName ?? {}),
  }));
  newType(work, { schema: typevar?.schemaname ?? null, name: typevar?.relname ?? '' }, 'composite').attributes = attributes;
}

export function createRange(work: Work, { typeName }: CreateRangeStmt): void {
  newType(work, qualified(stringsOf(typeName)), 'range');
}

/** ALTER TYPE … ADD VALUE and RENAME VALUE: brief, no table is locked. */
export function alterEnum(work: Work, statement: AlterEnumStmt): void {
  const { catalog } = work;
  const type = needType(work, qualified(stringsOf(statement.typeName)));
  if (type.kind !== 'enum') refuse(`${type.name} is not an enum`);
  const { oldVal, newVal = '', newValNeighbor } = statement;
  const known = type.labels.includes(newVal);
  if (oldVal !== undefined) {
    if (!type.labels.includes(oldVal)) refuse(`"${oldVal}" is not an existing enum label`);
    if (known) refuse(`enum label "${newVal}" already exists`);
    type.labels = type.labels.map((label) => (label === oldVal ? newVal : label));
    return;
  }
  if (known) {
    if (statement.skipIfNewValExists !== true) refuse(`enum label "${newVal}" already exists`);
    return;
  }
  const place = newValNeighbor === undefined ? type.labels.length : type.labels.indexOf(newValNeighbor);
  if (place < 0) refuse(`"${newValNeighbor ?? ''}" is not an existing enum label`);
  type.labels.splice(place + (newValNeighbor !== undefined && statement.newValIsAfter === true ? 1 : 0), 0, newVal);
  if (work.mode === 'wrapped' && !catalog.sinceStart.created.has(type.id)) catalog.sinceStart.labels.set(newVal, type.id);
}

/** ALTER TYPE of a composite type. Tables of the type (CREATE TABLE … OF) only follow where CASCADE is said. */
export function alterAttributes(work: Work, name: QualifiedName, commands: readonly AlterTableCmd[]): void {
  const type = needType(work, name);
  if (type.kind !== 'composite') refuse(`"${type.name}" is not a composite type`);
  const tables = [...work.catalog.typed].flatMap(([table, of]) => (of === type.id ? (work.catalog.relations.get(table) ?? []) : []));
  for (const command of commands) {
    if (tables.length > 0 && command.behavior !== 'DROP_CASCADE')
      refuse(`cannot alter type "${type.name}" because it is the type of a typed table`, 'ALTER TYPE … CASCADE changes the table too.');
    for (const table of tables) followType(work, table, command);
    alterAttribute(work, type, command);
  }
}

function alterAttribute(work: Work, type: UserType, { subtype, name: attribute = '', def, missing_ok }: AlterTableCmd): void {
  const definition = as('ColumnDef', def);
  const known = type.attributes.find((one) => one.name === (subtype === 'AT_AddColumn' ? definition?.colname : attribute));
  if (subtype === 'AT_AddColumn') {
    if (known !== undefined) refuse(`column "${known.name}" of relation "${type.name}" already exists`);
    type.attributes.push({ name: definition?.colname ?? '', type: typeRef(work, definition?.typeName ?? {}) });
  } else if (known === undefined) {
    if (subtype !== 'AT_DropColumn' || missing_ok !== true) refuse(`column "${attribute}" of relation "${type.name}" does not exist`);
  } else if (subtype === 'AT_DropColumn') type.attributes = type.attributes.filter((one) => one !== known);
  else if (subtype === 'AT_AlterColumnType') {
    requireUnused(work, type);
    known.type = typeRef(work, definition?.typeName ?? {});
  } else unreadable(work, `ALTER TYPE … ${subtype ?? '?'} is not known here`);
}

/** A table of the type under CASCADE: as if the same were said of it. */
function followType(work: Work, table: Relation, command: AlterTableCmd): void {
  const relation = { schemaname: table.schema, relname: table.name, inh: true };
  const node = { AlterTableStmt: { relation, cmds: [{ AlterTableCmd: command }], objtype: 'OBJECT_TABLE' as const } };
  applyNode(work, { node, text: '', line: 1, offset: 0 });
}

/** Rows that are stored with the type would have to change. */
function requireUnused({ catalog }: Work, type: UserType): void {
  for (const relation of catalog.relations.values())
    for (const column of relation.columns)
      if (isOfType(column.type, type)) refuse(`cannot alter type "${type.name}" because column "${relation.name}.${column.name}" uses it`);
}

export function createCast(work: Work, { sourcetype, targettype, context }: CreateCastStmt): void {
  const [from, to] = [typeRef(work, sourcetype ?? {}), typeRef(work, targettype ?? {})];
  if (context !== 'COERCION_EXPLICIT') work.catalog.casts.add(`${from.name}>${to.name}`);
}
