import type { Node } from 'libpg-query';
import type { Typed } from './analysis.ts';
import type { Value } from './resolution.ts';

/** What an assignment puts into a column. */
export function valueOf(node: Node, typed: Typed): Value {
  if ('SetToDefault' in node) return { kind: 'default' };
  const inner = bare(node);
  if ('ParamRef' in inner) return { kind: 'parameter' };
  if (!('A_Const' in inner)) return { kind: 'expression', node, nullable: typed.nullable };
  const { isnull, ival, fval, boolval, sval, bsval } = inner.A_Const;
  if (isnull === true) return { kind: 'null' };
  if (ival !== undefined) return { kind: 'literal', value: ival.ival ?? 0, node };
  if (fval !== undefined) return { kind: 'literal', value: Number(fval.fval ?? 0), node };
  if (boolval !== undefined) return { kind: 'literal', value: boolval.boolval ?? false, node };
  return { kind: 'literal', value: sval?.sval ?? bsval?.bsval ?? '', node };
}

/** Without its casts. */
function bare(node: Node): Node {
  return 'TypeCast' in node && node.TypeCast.arg !== undefined ? bare(node.TypeCast.arg) : node;
}
