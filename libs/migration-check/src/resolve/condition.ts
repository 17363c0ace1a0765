import type { A_Expr, Node } from 'libpg-query';
import type { Analysis } from './analysis.ts';
import { coerceToBoolean } from './coerce.ts';
import type { Scope } from './scope.ts';

/** WHERE, HAVING, ON CONFLICT … WHERE. */
export function condition(analysis: Analysis, scope: Scope, node: Node | undefined, what = 'WHERE'): void {
  if (node === undefined) return;
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR') {
    for (const arg of node.BoolExpr.args ?? []) condition(analysis, scope, arg, 'AND');
    return;
  }
  const typed = picksValues(node) ? analysis.safely(() => analysis.expression(scope, node)) : analysis.expression(scope, node);
  coerceToBoolean(analysis, typed, what);
}

/** `column = value`: a row with a null is not one of those that are asked for, which harms nobody. */
function picksValues(node: Node): boolean {
  if (!('A_Expr' in node)) return false;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const equal = name?.some((word) => 'String' in word && word.String.sval === '=') ?? false;
  const kinds: readonly A_Expr['kind'][] = ['AEXPR_OP', 'AEXPR_IN', 'AEXPR_OP_ANY'];
  return equal && kinds.includes(kind) && isColumn(lexpr) && isValue(rexpr);
}

function isColumn(node: Node | undefined): boolean {
  return node !== undefined && 'ColumnRef' in node;
}

function isValue(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ('List' in node) return (node.List.items ?? []).every(isValue);
  return 'A_Const' in node || 'ParamRef' in node || ('TypeCast' in node && isValue(node.TypeCast.arg));
}
