import type { ReturningClause } from 'libpg-query';
import type { Analysis, Output } from './analysis.ts';
import type { Destination } from './destination.ts';
import { itemOf, Scope } from './scope.ts';
import { targets } from './target.ts';

/** RETURNING, in a scope that has the rest of the statement; `old` and `new` besides. */
export function returning(analysis: Analysis, scope: Scope, { item }: Destination, clause: ReturningClause | undefined): readonly Output[] {
  if (clause === undefined) return [];
  const options = (clause.options ?? []).flatMap((node) => ('ReturningOption' in node ? [node.ReturningOption] : []));
  const named = (option: string, name: string): string => options.find((one) => one.option === option)?.value ?? name;
  const sides = [named('RETURNING_OPTION_OLD', 'old'), named('RETURNING_OPTION_NEW', 'new')];
  const inner = new Scope(scope.parent);
  const free = sides.filter((side) => !scope.items.some(({ name }) => name === side));
  inner.items = [...scope.items, ...free.map((side) => itemOf(item.columns, side, { bare: false, relation: item.relation }))];
  return targets(analysis, inner, clause.exprs ?? []);
}
