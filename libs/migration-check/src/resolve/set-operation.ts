import type { Node, SelectStmt } from 'libpg-query';
import type { Analysis, Output, Typed } from './analysis.ts';
import { coerceToCommon } from './coerce.ts';
import { refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { checkComparable } from './sort.ts';

/** UNION, INTERSECT, EXCEPT of two results. Throws 42601 and 42804. */
export function combine(analysis: Analysis, left: readonly Output[], right: readonly Output[], { op, all }: SelectStmt): readonly Output[] {
  const name = op === 'SETOP_UNION' ? 'UNION' : op === 'SETOP_INTERSECT' ? 'INTERSECT' : 'EXCEPT';
  if (left.length !== right.length) refuse('42601', `each ${name} query must have the same number of columns`);
  return left.map((a, i) => {
    const b = right[i] ?? a;
    const type = coerceToCommon(analysis, [typedOf(analysis, a), typedOf(analysis, b)], name);
    if (all !== true) checkComparable(type);
    const star = a.star || b.star;
    const sources = [...new Set([...a.sources, ...b.sources])];
    const nullable = a.nullable || b.nullable;
    const column = a.column === b.column ? a.column : null;
    return { name: a.name, type, column, sources, nullable, star, typed: { type, nullable }, node: null };
  });
}

function typedOf(analysis: Analysis, { typed, type }: Output): Typed {
  return { ...typed, type: analysis.known(type) };
}

/** VALUES. `keepUntyped`: of one row, whose literals get their type from outside. */
export function values(analysis: Analysis, scope: Scope, lists: readonly Node[], keepUntyped: boolean): readonly Output[] {
  const rows = lists.map((list) => ('List' in list ? (list.List.items ?? []) : []));
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) refuse('42601', 'VALUES lists must all be the same length');
  const typed = rows.map((row) => row.map((node) => analysis.expression(scope, node)));
  return Array.from({ length: width }, (_, i) => {
    const column = typed.flatMap((row) => row[i] ?? []);
    const [only] = column;
    const single = keepUntyped && rows.length === 1 && only !== undefined;
    const type = single ? only.type : coerceToCommon(analysis, column, 'VALUES');
    const nullable = column.some((one) => one.nullable);
    const common = single ? only : { type, nullable };
    return {
      name: `column${String(i + 1)}`,
      type,
      column: null,
      sources: [],
      nullable,
      star: false,
      typed: common,
      node: single ? (rows[0]?.[i] ?? null) : null,
    };
  });
}
