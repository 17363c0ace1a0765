import type { Analysis } from './analysis.ts';
import { refuse } from './refusal.ts';
import type { Scope, ScopeColumn } from './scope.ts';
import { expressionKey, type Matched } from './sort.ts';

/** What stands outside of aggregates must be grouped by, or follow from a primary key that is. Throws 42803. */
export function checkGrouping(analysis: Analysis, scope: Scope, groups: readonly Matched[], checked: readonly Matched[]): void {
  const keys = new Set(groups.flatMap(({ node }) => (node === null ? [] : [expressionKey(analysis, node)])));
  const columns = new Set(groups.flatMap(({ typed }) => typed?.reference ?? []));
  const dependent = new Set([...columns, ...determined(scope, columns)]);
  const check = (column: ScopeColumn): void => {
    if (!dependent.has(column))
      refuse('42803', `column "${column.name}" must appear in the GROUP BY clause or be used in an aggregate function`);
  };
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object' || analysis.aggregates.has(value)) return;
    const binding = analysis.bindings.get(value);
    if (binding !== undefined) {
      if (binding.scope === scope) check(binding.column);
      return;
    }
    if (keys.size > 0 && keys.has(expressionKey(analysis, value as never))) return;
    for (const inner of Object.values(value)) walk(inner);
  };
  for (const { node, typed } of checked) {
    if (node !== null) walk(node);
    else if (typed?.reference !== undefined) check(typed.reference);
  }
}

/** Columns of tables whose primary key is among those that are grouped by. */
function determined(scope: Scope, columns: ReadonlySet<ScopeColumn>): readonly ScopeColumn[] {
  return scope.all.flatMap((item) => {
    const primary = item.relation?.constraints.find(({ kind, deferrable }) => kind === 'primary' && !deferrable);
    if (primary === undefined) return [];
    const grouped = new Set(item.columns.filter((column) => columns.has(column)).map(({ column }) => column?.id));
    return primary.columns.every((id) => grouped.has(id)) ? item.columns : [];
  });
}
