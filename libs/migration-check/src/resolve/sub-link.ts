import type { SubLink } from 'libpg-query';
import type { Analysis, Output, Typed } from './analysis.ts';
import { pair } from './comparison.ts';
import { wordsOf } from './names.ts';
import { notUnderstood, refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { builtIn } from './type-system.ts';

/** A query inside of an expression. */
export function subLink(analysis: Analysis, scope: Scope, { subLinkType, testexpr, operName, subselect }: SubLink): Typed {
  if (subselect === undefined) return notUnderstood('a sub-query');
  const test = testexpr === undefined ? null : analysis.expression(scope, testexpr);
  const columns = analysis.parts.query(analysis, scope, subselect);
  if (subLinkType === 'EXISTS_SUBLINK') return { type: builtIn('bool'), nullable: false };
  for (const column of columns) if (column.star) analysis.read(column);
  if (test !== null) return quantified(analysis, wordsOf(operName).at(-1) ?? '=', test, columns);
  const [first] = columns;
  if (columns.length > 1 || first === undefined) return refuse('42601', 'subquery must return only one column');
  if (subLinkType !== 'ARRAY_SUBLINK') return { type: first.type, nullable: true };
  return { type: first.type === null ? null : { ...first.type, array: true }, nullable: false };
}

/** Of a query that gives a row to an assignment of several columns. */
export function rowSubLink(analysis: Analysis, scope: Scope, { subselect }: SubLink): readonly Output[] {
  const columns = subselect === undefined ? [] : analysis.parts.query(analysis, scope, subselect);
  for (const column of columns) if (column.star) analysis.read(column);
  return columns;
}

/** `a IN (SELECT …)`, `(a, b) = ANY (SELECT …)` */
function quantified(analysis: Analysis, operator: string, test: Typed, columns: readonly Output[]): Typed {
  const left = test.row ?? [test];
  if (left.length < columns.length) refuse('42601', 'subquery has too many columns');
  if (left.length > columns.length) refuse('42601', 'subquery has too few columns');
  for (const [i, one] of left.entries()) {
    const column = columns[i];
    if (column !== undefined) pair(analysis, operator, one, { type: column.type, nullable: true });
  }
  return { type: builtIn('bool'), nullable: true };
}
