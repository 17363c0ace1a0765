import type { Node } from 'libpg-query';
import { partsOf } from '../evaluate/evaluate.ts';

/** The sequence that a default asks by nextval(), without its schema; null: none. */
export function sequenceIn(node: Node): string | null {
  if ('TypeCast' in node && node.TypeCast.arg !== undefined) return sequenceIn(node.TypeCast.arg);
  if ('A_Const' in node) return node.A_Const.sval?.sval?.split('.').at(-1)?.replaceAll('"', '') ?? null;
  if (!('FuncCall' in node) || partsOf(node.FuncCall.funcname).at(-1) !== 'nextval') return null;
  const [argument] = node.FuncCall.args ?? [];
  return argument === undefined ? null : sequenceIn(argument);
}
