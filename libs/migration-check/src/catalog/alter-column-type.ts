import type { AlterTableCmd, Node, TypeName } from 'libpg-query';
import { typeText } from '../resolve/type-system.ts';
import { as, constantOf, stringsOf, within } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Column, Id, Index, Relation, TypeRef } from './catalog.ts';
import { conversionOf, castTypeOf, isCastable } from './conversion.ts';
import { readBoth } from './foreign-keys.ts';
import { analyse, columnsIn, usesRow } from './expressions.ts';
import { mustBeImmutable } from './indexes.ts';
import { requireUsableLabel } from './labels.ts';
import { indexesOf, isInherited, needColumn, typeRef } from './lookup.ts';
import { routinesOn } from './routine-needs.ts';
import { childrenOf, descendantsOf, lock, refuse, toil, type Work } from './work.ts';

/** ALTER COLUMN … TYPE, after `ATPrepAlterColumnType` and `ATExecAlterColumnType` of tablecmds.c. */
export function alterColumnType(work: Work, table: Relation, command: AlterTableCmd, only: boolean): void {
  const definition = as('ColumnDef', command.def);
  const column = needColumn(table, command.name ?? '');
  const to = typeRef(work, definition?.typeName ?? {});
  const using = definition?.raw_default;
  const children = childrenOf(work.catalog, table.id);
  if (only && children.length > 0) refuse(`type of inherited column "${column.name}" must be changed in child tables too`);
  if (isInherited(work, table, column.name)) refuse(`cannot alter inherited column "${column.name}"`);
  requireFree(work, table, column);
  const collation = definition?.collClause === undefined ? null : stringsOf(definition.collClause.collname).join('.');
  for (const one of [table, ...descendantsOf(work.catalog, table.id)])
    change(work, one, needColumn(one, column.name), { to, using, collation });
}

/** What hinders any change of a column's type. */
function requireFree({ catalog }: Work, table: Relation, column: Column): void {
  const uses = (expression: Node | null): boolean => expression !== null && columnsIn(expression, table).includes(column.id);
  if (table.partitionKey?.columns.includes(column.id) === true)
    refuse(`cannot alter column "${column.name}" because it is part of the partition key of relation "${table.name}"`);
  for (const view of catalog.relations.values())
    if (view.dependsOn.some(({ relation, columns }) => relation === table.id && columns.includes(column.id)))
      refuse(
        `cannot alter type of a column used by a view or rule: view ${view.name} depends on column "${column.name}"`,
        'Add a new column instead: the view goes on with the old one.',
      );
  for (const other of table.columns)
    if (other.generated !== null && uses(other.generated.expression))
      refuse(`cannot alter type of a column used by a generated column: "${column.name}" is used by "${other.name}"`);
  for (const trigger of table.triggers)
    if (trigger.ofColumns.includes(column.id) || usesRow(trigger.when, column.name))
      refuse('cannot alter type of a column used in a trigger definition');
  if (table.policies.some(({ using, check }) => usesRow(using, column.name) || usesRow(check, column.name)))
    refuse('cannot alter type of a column used in a policy definition');
  if (routinesOn(catalog, table, column).length > 0) refuse('cannot alter type of a column used by a function or procedure');
}

interface Change {
  readonly to: TypeRef;
  readonly using: Node | undefined;
  readonly collation: string | null;
}

function change(work: Work, table: Relation, column: Column, { to, using, collation }: Change): void {
  if (using !== undefined) analyse(work, using, table);
  const { rewrites } = column.generated?.kind === 'virtual' ? { rewrites: false } : conversionOf(work, column, to, using);
  if (column.default !== null) convertDefault(work, column, column.default, to);
  if (column.identity !== null && !['int2', 'int4', 'int8'].includes(to.name))
    refuse('identity column type must be smallint, integer, or bigint');
  const sameCollation = collation === column.collation || (collation === null && column.collation === null);
  if (rewrites) toil(work, 'rewrite', table.id, COSTS.typeRewrite);
  else
    for (const index of indexesOf(work.catalog, table.id))
      if (isBuiltAnew(index, column.id, sameCollation)) toil(work, 'index', table.id, COSTS.typeIndex);
  for (const constraint of table.constraints) {
    if (!constraint.columns.includes(column.id) || !constraint.validated) continue;
    if (constraint.kind === 'check') toil(work, 'scan', table.id, COSTS.typeCheck);
    if (constraint.references === null) continue;
    lock(work, constraint.references.table, 'access exclusive');
    if (rewrites) readBoth(work, table, constraint, COSTS.typeReference);
  }
  testReferences(work, table, column.id, rewrites);
  const before = { ...column };
  column.type = to;
  column.collation = collation;
  readAgain(work, table, before);
}

/** Constraints and indexes are written out with the types that they had, and read again with the new one. */
function readAgain(work: Work, table: Relation, before: Column): void {
  for (const { kind, expression, columns } of table.constraints)
    if (kind === 'check' && expression !== null && columns.includes(before.id)) analyse(work, writtenOut(expression, before), table);
  for (const { keys, predicate } of indexesOf(work.catalog, table.id)) {
    for (const key of keys)
      if ('expression' in key && key.columns.includes(before.id))
        mustBeImmutable(work, writtenOut(key.expression, before), table, 'expression');
    if (predicate?.columns.includes(before.id) === true)
      mustBeImmutable(work, writtenOut(predicate.expression, before), table, 'predicate');
  }
}

/** As `pg_get_constraintdef` has it: a literal beside the column with the column's type, a varchar as text. */
function writtenOut(expression: Node, { name, type }: Column): Node {
  const typeName: TypeName = { names: [type.schema, type.name].map((sval) => ({ String: { sval } })), typemod: -1 };
  const cast = (arg: Node, to: TypeName): Node => ({ TypeCast: { arg, typeName: to } });
  const copy = structuredClone(expression);
  for (const test of within('A_Expr', copy)) {
    const sides = [test.lexpr, test.rexpr];
    if (!sides.some((side) => stringsOf(as('ColumnRef', side)?.fields).at(-1) === name)) continue;
    for (const side of ['lexpr', 'rexpr'] as const) {
      const node = test[side];
      if (node === undefined) continue;
      const isColumn = 'ColumnRef' in node;
      if (type.name === 'varchar' && isColumn) test[side] = cast(node, { names: [{ String: { sval: 'text' } }], typemod: -1 });
      else if (type.name !== 'varchar' && typeof constantOf(node) === 'string' && test.kind === 'AEXPR_OP')
        test[side] = cast(node, typeName);
      const list = as('List', node);
      if (type.name !== 'varchar' && list?.items !== undefined)
        list.items = list.items.map((item) => (typeof constantOf(item) === 'string' ? cast(item, typeName) : item));
    }
  }
  return copy;
}

/** Foreign keys of other tables that refer to the column. */
function testReferences(work: Work, table: Relation, column: Id, rewrites: boolean): void {
  for (const other of work.catalog.relations.values())
    for (const constraint of other.constraints) {
      const { references } = constraint;
      if (references?.table !== table.id || !references.columns.includes(column)) continue;
      lock(work, other.id, 'access exclusive');
      if (rewrites && constraint.validated) readBoth(work, other, constraint, COSTS.typeReference);
    }
}

/** `CheckIndexCompatible` takes any expression or predicate for a change. */
function isBuiltAnew(index: Index, column: Id, sameCollation: boolean): boolean {
  const isKey = index.keys.some((key) => 'column' in key && key.column === column);
  const inside = index.keys.flatMap((key) => ('column' in key ? [] : key.columns));
  const computed = index.predicate !== null || index.keys.some((key) => 'expression' in key);
  const concerned =
    isKey || inside.includes(column) || index.include.includes(column) || index.predicate?.columns.includes(column) === true;
  return concerned && (computed || (isKey && !sameCollation));
}

/** The default is converted by itself, without USING. */
function convertDefault(work: Work, column: Column, expression: Node, to: TypeRef): void {
  const literal = constantOf(expression);
  const from = typeof literal === 'string' ? column.type : (castTypeOf(work, expression) ?? analyse(work, expression, null).type);
  if (from !== null && !isCastable(work.catalog, from, to, 'a'))
    refuse(
      `default for column "${column.name}" cannot be cast automatically to type ${typeText(to)}`,
      `DROP DEFAULT before it and SET DEFAULT after it, in the same ALTER TABLE.`,
    );
  if (typeof literal === 'string') requireUsableLabel(work, to, expression);
}
