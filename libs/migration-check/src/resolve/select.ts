import type { Node, SelectStmt } from 'libpg-query';
import { type Analysis, type Output, shown } from './analysis.ts';
import { coerce } from './coerce.ts';
import { condition } from './condition.ts';
import { from } from './from.ts';
import { windowOf } from './function-call.ts';
import { checkGrouping } from './grouping.ts';
import { refuse } from './refusal.ts';
import { itemOf, Scope } from './scope.ts';
import { combine, values } from './set-operation.ts';
import { checkComparable, matched, type Matched } from './sort.ts';
import { targets } from './target.ts';
import { builtIn, UNKNOWN } from './type-system.ts';
import { withScope } from './with.ts';

/** SELECT, VALUES, UNION …: the columns of its result. `keepUntyped`: literals without a type get theirs from outside. */
export function select(analysis: Analysis, parent: Scope | null, statement: SelectStmt, keepUntyped = false): readonly Output[] {
  const outer = withScope(analysis, parent, statement.withClause);
  const output = result(analysis, outer, statement, keepUntyped);
  // DISTINCT has to compare the values before it is known what they are for.
  if (keepUntyped && statement.distinctClause === undefined) return output;
  return output.map((column) => {
    if (column.type !== UNKNOWN) return column;
    const typed = coerce(analysis, column.typed, builtIn('text'), 'i') ?? column.typed;
    return { ...column, type: typed.type, typed };
  });
}

function result(analysis: Analysis, outer: Scope | null, statement: SelectStmt, keepUntyped: boolean): readonly Output[] {
  const { op = 'SETOP_NONE', larg, rarg, valuesLists, sortClause = [] } = statement;
  if (op === 'SETOP_NONE' || larg === undefined || rarg === undefined) {
    if (valuesLists === undefined) return plain(analysis, outer, statement);
    const output = values(analysis, new Scope(outer), valuesLists, keepUntyped);
    ordered(analysis, outer, output, sortClause);
    limits(analysis, new Scope(outer), statement);
    return output;
  }
  const sides = [larg, rarg].map((side) => select(analysis, outer, side, true));
  const output = combine(analysis, sides[0] ?? [], sides[1] ?? [], statement);
  ordered(analysis, outer, output, sortClause);
  limits(analysis, new Scope(outer), statement);
  return output;
}

/** ORDER BY over a result as a whole. */
function ordered(analysis: Analysis, outer: Scope | null, output: readonly Output[], clause: readonly Node[]): void {
  if (clause.length === 0) return;
  const scope = new Scope(outer);
  scope.add(itemOf(output.map(shown), null, { named: false }));
  matched(analysis, scope, clause, output, 'ORDER BY');
}

function plain(analysis: Analysis, outer: Scope | null, statement: SelectStmt): readonly Output[] {
  const {
    fromClause = [],
    targetList = [],
    whereClause,
    havingClause,
    sortClause = [],
    groupClause = [],
    distinctClause,
    windowClause = [],
  } = statement;
  const scope = new Scope(outer);
  from(analysis, scope, fromClause);
  const windows = windowClause.flatMap((node) => ('WindowDef' in node ? [node.WindowDef] : []));
  for (const { name } of windows) if (name !== undefined) scope.windows.add(name);
  const output = targets(analysis, scope, targetList);
  condition(analysis, scope, whereClause);
  condition(analysis, scope, havingClause, 'HAVING');
  const sorted = matched(analysis, scope, sortClause, output, 'ORDER BY');
  const groups = matched(analysis, scope, groupClause, output, 'GROUP BY');
  if (distinctClause !== undefined) distinct(analysis, scope, distinctClause, output);
  for (const window of windows) windowOf(analysis, scope, { ...window, name: '' });
  limits(analysis, scope, statement);
  locked(scope, statement);
  if (groupClause.length > 0 || havingClause !== undefined || scope.aggregated) {
    const checked = [
      ...output.map(({ node, typed }): Matched => ({ node, typed })),
      ...sorted,
      { node: havingClause ?? null, typed: null },
    ];
    checkGrouping(analysis, scope, groups, checked);
  }
  return output;
}

/** DISTINCT compares all columns, DISTINCT ON those that it names. */
function distinct(analysis: Analysis, scope: Scope, clause: readonly Node[], output: readonly Output[]): void {
  const on = clause.filter((node) => Object.keys(node).length > 0);
  if (on.length > 0) matched(analysis, scope, on, output, 'DISTINCT ON');
  else for (const column of output) checkComparable(column.typed.type ?? column.type);
  if (on.length === 0) for (const column of output) if (column.star) analysis.read(column);
}

function limits(analysis: Analysis, scope: Scope, { limitCount, limitOffset }: SelectStmt): void {
  for (const node of [limitOffset, limitCount]) {
    if (node === undefined) continue;
    const typed = analysis.expression(scope, node);
    if (coerce(analysis, typed, builtIn('int8'), 'a') === null) refuse('42804', 'argument of LIMIT must be type bigint');
  }
}

/** FOR UPDATE OF names things in FROM. */
function locked(scope: Scope, { lockingClause = [] }: SelectStmt): void {
  const ranges = lockingClause.flatMap((node) => ('LockingClause' in node ? (node.LockingClause.lockedRels ?? []) : []));
  for (const range of ranges) {
    const name = 'RangeVar' in range ? (range.RangeVar.relname ?? '') : '';
    if (!scope.all.some((item) => item.name === name)) refuse('42P01', `relation "${name}" in FOR UPDATE clause not found in FROM clause`);
  }
}
