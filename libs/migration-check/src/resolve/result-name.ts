import type { Node } from 'libpg-query';
import { wordsOf } from './names.ts';

/** What PostgreSQL calls a result column without AS: `FigureColname`. */
export function resultName(node: Node): string {
  return figure(node)?.name ?? '?column?';
}

/** A weak name gives way to one from outside. */
function figure(node: Node | undefined): { readonly name: string; readonly weak: boolean } | null {
  if (node === undefined) return null;
  const strong = (name: string | undefined): { name: string; weak: boolean } | null => (name === undefined ? null : { name, weak: false });
  if ('ColumnRef' in node) return strong(wordsOf(node.ColumnRef.fields).at(-1));
  if ('A_Indirection' in node) return strong(wordsOf(node.A_Indirection.indirection).at(-1)) ?? figure(node.A_Indirection.arg);
  if ('FuncCall' in node) return strong(wordsOf(node.FuncCall.funcname).at(-1));
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : null;
  if ('CollateClause' in node) return figure(node.CollateClause.arg);
  if ('TypeCast' in node) return unlessStrong(figure(node.TypeCast.arg), wordsOf(node.TypeCast.typeName?.names).at(-1));
  if ('CaseExpr' in node) return unlessStrong(figure(node.CaseExpr.defresult), 'case');
  if ('SubLink' in node) return ofSubLink(node.SubLink.subLinkType, node.SubLink.subselect);
  if ('SQLValueFunction' in node)
    return strong(
      node.SQLValueFunction.op
        ?.replace(/^SVFOP_/, '')
        .replace(/_N$/, '')
        .toLowerCase(),
    );
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest');
  const fixed = {
    CoalesceExpr: 'coalesce',
    A_ArrayExpr: 'array',
    RowExpr: 'row',
    GroupingFunc: 'grouping',
    MergeSupportFunc: 'merge_action',
  };
  const json = {
    JsonObjectConstructor: 'json_object',
    JsonArrayConstructor: 'json_array',
    JsonObjectAgg: 'json_objectagg',
    JsonArrayAgg: 'json_arrayagg',
  };
  const names: Partial<Record<string, string>> = { ...fixed, ...json };
  return strong(names[Object.keys(node)[0] ?? '']);
}

function unlessStrong(inner: ReturnType<typeof figure>, name: string | undefined): ReturnType<typeof figure> {
  if (inner !== null && !inner.weak) return inner;
  return name === undefined ? inner : { name, weak: true };
}

function ofSubLink(type: string | undefined, select: Node | undefined): ReturnType<typeof figure> {
  if (type === 'EXISTS_SUBLINK') return { name: 'exists', weak: false };
  if (type === 'ARRAY_SUBLINK') return { name: 'array', weak: false };
  if (type !== 'EXPR_SUBLINK' || select === undefined || !('SelectStmt' in select)) return null;
  const first = select.SelectStmt.targetList?.[0];
  if (first === undefined || !('ResTarget' in first)) return null;
  return { name: first.ResTarget.name ?? (first.ResTarget.val === undefined ? '?column?' : resultName(first.ResTarget.val)), weak: false };
}
