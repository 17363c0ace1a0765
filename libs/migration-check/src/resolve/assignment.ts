import type { Node, ResTarget } from 'libpg-query';
import type { Column, TypeRef } from '../catalog/catalog.ts';
import type { Analysis, Typed } from './analysis.ts';
import { coerce } from './coerce.ts';
import type { Destination } from './destination.ts';
import { fieldOf } from './expression.ts';
import { refuse } from './refusal.ts';
import type { Value } from './resolution.ts';
import type { Scope } from './scope.ts';
import { keyOf, refOf, typeText } from './type-system.ts';
import { rowSubLink } from './sub-link.ts';
import { valueOf } from './value.ts';

/** A value for one column of what is written to, by the column's place. */
export interface Assignment {
  readonly index: number;
  readonly value: Value;
}

/** The place of a column by its name. Throws 42703. */
export function indexOf({ item, relation }: Destination, name: string): number {
  const index = relation.columns.findIndex((column) => column.name === name);
  const shown = item.columns[index];
  return index < 0 || shown === undefined ? refuse('42703', `column "${name}" of relation "${relation.name}" does not exist`) : index;
}

/** Throws 42804 where the value is of a type that the column does not take. */
export function assign(
  analysis: Analysis,
  destination: Destination,
  index: number,
  node: Node,
  typed: Typed,
  steps: readonly Node[] = [],
): Assignment {
  const column = destination.relation.columns[index];
  const type = column === undefined ? null : analysis.known(column.type);
  const target = steps.reduce<TypeRef | null>((inner, step) => stepInto(analysis, inner, step), type);
  const isDefault = 'SetToDefault' in node;
  if (!isDefault && coerce(analysis, typed, target, 'a') === null) {
    const shown = typed.type === null ? '?' : typeText(typed.type);
    refuse(
      '42804',
      `column "${column?.name ?? ''}" is of type ${target === null ? '?' : typeText(target)} but expression is of type ${shown}`,
    );
  }
  // A view has no defaults of its own, and UPDATE does not ask the table behind it.
  const lost = isDefault && destination.command === 'update' && destination.relation.kind === 'view' && column?.default === null;
  const value: Value = lost ? { kind: 'null' } : valueOf(node, typed);
  return { index, value: steps.length > 0 ? { kind: 'expression', node, nullable: false } : value };
}

/** `column[1] = …`, `column.field = …` */
function stepInto(analysis: Analysis, type: TypeRef | null, step: Node): TypeRef | null {
  if (type === null) return null;
  if ('String' in step && analysis.types.fields(keyOf(type)) === null)
    refuse('42804', `cannot assign to a field of type ${typeText(type)}`);
  if ('String' in step) return fieldOf(analysis, { type, nullable: true }, step.String.sval ?? '').type;
  if (!('A_Indices' in step) || analysis.types.base(keyOf(type)) === 'jsonb') return type;
  if (step.A_Indices.is_slice === true) return type;
  const element = analysis.types.element(keyOf(type));
  return element === null ? refuse('42804', `cannot subscript type ${typeText(type)}`) : analysis.known(refOf(element));
}

/** SET of UPDATE, ON CONFLICT and MERGE. Throws 42601 where a column is given twice. */
export function setClause(analysis: Analysis, scope: Scope, destination: Destination, nodes: readonly Node[]): readonly Assignment[] {
  const targets = nodes.flatMap((node) => ('ResTarget' in node ? [node.ResTarget] : []));
  const expressions = new Map<ResTarget, readonly [Node, Typed]>();
  let row: readonly Typed[] = [];
  for (const target of targets) {
    if (target.val === undefined) continue;
    if ('MultiAssignRef' in target.val) {
      const { source, colno = 1, ncolumns = 1 } = target.val.MultiAssignRef;
      if (source !== undefined && colno === 1) row = rowOfSource(analysis, scope, source, ncolumns);
      const node = source !== undefined && 'RowExpr' in source ? source.RowExpr.args?.[colno - 1] : source;
      const typed = row[colno - 1];
      if (node !== undefined && typed !== undefined) expressions.set(target, [node, typed]);
    } else expressions.set(target, [target.val, analysis.expression(scope, target.val)]);
  }
  const seen = new Map<number, boolean>();
  return [...expressions].map(([{ name = '', indirection = [] }, [node, typed]]) => {
    const index = indexOf(destination, name);
    const whole = indirection.length === 0;
    if (seen.has(index) && (whole || seen.get(index) === true)) refuse('42601', `multiple assignments to same column "${name}"`);
    seen.set(index, whole);
    return assign(analysis, destination, index, node, typed, indirection);
  });
}

function rowOfSource(analysis: Analysis, scope: Scope, source: Node, count: number): readonly Typed[] {
  const row: readonly Typed[] =
    'RowExpr' in source
      ? (source.RowExpr.args ?? []).map((arg) => analysis.expression(scope, arg))
      : 'SubLink' in source
        ? rowSubLink(analysis, scope, source.SubLink).map(({ typed, type }) => ({ ...typed, type, nullable: true }))
        : [analysis.expression(scope, source)];
  return row.length === count ? row : refuse('42601', 'number of columns does not match number of values');
}

/** Throws 428C9 where a column has a value of its own. */
export function checkGenerated({ columns, command }: Destination, assignments: readonly Assignment[], overriding: boolean): void {
  for (const { index, value } of assignments) {
    const column = columns[index];
    if (column === undefined || column === null || value.kind === 'default') continue;
    if (column.generated !== null)
      refuse('428C9', `cannot ${command} a non-DEFAULT value into column "${column.name}": it is a generated column`);
    if (column.identity === 'always' && !overriding)
      refuse('428C9', `cannot ${command} a non-DEFAULT value into column "${column.name}": GENERATED ALWAYS`);
  }
}

/** With the columns of the table behind. */
export function valuesOf(
  { columns }: Destination,
  assignments: readonly Assignment[],
): readonly { readonly column: Column['id']; readonly value: Value }[] {
  return assignments.flatMap(({ index, value }) => {
    const column = columns[index];
    return column === undefined || column === null ? [] : [{ column: column.id, value }];
  });
}
