import type { JoinExpr } from 'libpg-query';
import type { Analysis } from './analysis.ts';
import { coerceToCommon } from './coerce.ts';
import { wordsOf } from './names.ts';
import { operate } from './operate.ts';
import { refuse } from './refusal.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { keyOf } from './type-system.ts';

/** The columns of a join: those of USING or NATURAL once and first. */
export function merge(
  analysis: Analysis,
  { usingClause, isNatural = false, jointype = 'JOIN_INNER', location = 0 }: JoinExpr & { location?: number },
  left: readonly ScopeColumn[],
  right: readonly ScopeColumn[],
): { readonly columns: readonly ScopeColumn[]; readonly merged: readonly ScopeColumn[] } {
  const common = isNatural
    ? left.map(({ name }) => name).filter((name) => right.some((column) => column.name === name))
    : wordsOf(usingClause);
  const gone = new Set<ScopeColumn>();
  const merged = common.map((name) => {
    const a = only(left, name, 'left');
    const b = only(right, name, 'right');
    gone.add(a).add(b);
    const scope = new Scope(null);
    const sides = [a, b].map((column) => analysis.refer(null, location, { column, scope }));
    operate(analysis, '=', sides[0] ?? null, sides[1] ?? { type: null, nullable: true });
    const type = coerceToCommon(analysis, sides, 'JOIN/USING');
    const kept = jointype === 'JOIN_RIGHT' ? b : a;
    const another = type !== null && kept.type !== null && keyOf(type) !== keyOf(kept.type);
    if (jointype === 'JOIN_FULL' || another) return { name, type, column: null, sources: [...a.sources, ...b.sources], nullable: true };
    return kept;
  });
  return { columns: [...merged, ...[...left, ...right].filter((column) => !gone.has(column))], merged };
}

function only(columns: readonly ScopeColumn[], name: string, side: string): ScopeColumn {
  const found = columns.filter((column) => column.name === name);
  if (found.length > 1) refuse('42702', `common column name "${name}" appears more than once in ${side} table`);
  return found[0] ?? refuse('42703', `column "${name}" specified in USING clause does not exist in ${side} table`);
}
