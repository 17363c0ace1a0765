import type { InsertStmt, Node } from 'libpg-query';
import type { Analysis, Output } from './analysis.ts';
import { assign, type Assignment, checkGenerated, indexOf, setClause, valuesOf } from './assignment.ts';
import { condition } from './condition.ts';
import { arbiter } from './conflict.ts';
import { checkWritable, type Destination, destinationOf } from './destination.ts';
import { notUnderstood, refuse } from './refusal.ts';
import type { Write } from './resolution.ts';
import { returning } from './returning.ts';
import { itemOf, Scope } from './scope.ts';
import { withScope } from './with.ts';

export function insert(analysis: Analysis, parent: Scope | null, statement: InsertStmt): readonly Output[] {
  const { relation, cols, onConflictClause, returningClause, override } = statement;
  if (relation === undefined) return notUnderstood('an INSERT');
  const outer = withScope(analysis, parent, statement.withClause);
  const destination = destinationOf(analysis, relation, 'insert');
  const indexes = targetColumns(destination, cols);
  const rows = rowsOf(analysis, outer, destination, indexes, statement);
  const scope = new Scope(outer);
  scope.items = [destination.item];
  const conflict = onConflictClause === undefined ? null : onConflict(analysis, outer, destination, onConflictClause);
  const output = returning(analysis, scope, destination, returningClause);
  const overriding = override === 'OVERRIDING_SYSTEM_VALUE' || override === 'OVERRIDING_USER_VALUE';
  analysis.later.push(() => {
    for (const row of rows) {
      checkWritable(
        destination,
        row.map(({ index }) => index),
      );
      checkGenerated(destination, row, overriding);
    }
    const resolved = conflict?.() ?? null;
    for (const row of rows)
      analysis.writes.push({ command: 'insert', table: destination.table.id, values: valuesOf(destination, row), conflict: resolved });
  });
  return output;
}

/** Those that are named, or all in their order. Throws 42703 and 42701. */
function targetColumns(
  destination: Destination,
  cols: readonly Node[] | undefined,
): readonly { readonly index: number; readonly steps: readonly Node[] }[] {
  if (cols === undefined) return destination.relation.columns.map((_, index) => ({ index, steps: [] }));
  const seen = new Set<number>();
  return cols.flatMap((node) => {
    if (!('ResTarget' in node)) return [];
    const { name = '', indirection: steps = [] } = node.ResTarget;
    const index = indexOf(destination, name);
    if (steps.length === 0 && seen.has(index)) refuse('42701', `column "${name}" specified more than once`);
    seen.add(index);
    return [{ index, steps }];
  });
}

function rowsOf(
  analysis: Analysis,
  outer: Scope | null,
  destination: Destination,
  targets: ReturnType<typeof targetColumns>,
  { selectStmt, cols }: InsertStmt,
): readonly (readonly Assignment[])[] {
  if (selectStmt === undefined) return [[]];
  const checkCount = (count: number): void => {
    if (count > targets.length) refuse('42601', 'INSERT has more expressions than target columns');
    if (cols !== undefined && count < targets.length) refuse('42601', 'INSERT has more target columns than expressions');
  };
  const select = 'SelectStmt' in selectStmt ? selectStmt.SelectStmt : notUnderstood('the source of an INSERT');
  const { valuesLists, withClause, sortClause, limitCount, limitOffset } = select;
  const plain = [withClause, sortClause, limitCount, limitOffset].every((clause) => clause === undefined);
  if (valuesLists === undefined || !plain) {
    const output = analysis.parts.select(analysis, outer, select, true);
    for (const column of output) if (column.star) analysis.read(column);
    checkCount(output.length);
    return [
      output.map((column, i) => {
        const node: Node = column.node ?? { ColumnRef: { fields: [{ String: { sval: column.name } }] } };
        const typed = { ...column.typed, type: analysis.known(column.type) };
        return assign(analysis, destination, targets[i]?.index ?? -1, node, typed, targets[i]?.steps);
      }),
    ];
  }
  const lists = valuesLists.map((list) => ('List' in list ? (list.List.items ?? []) : []));
  if (lists.some((list) => list.length !== lists[0]?.length)) refuse('42601', 'VALUES lists must all be the same length');
  const scope = new Scope(outer);
  return lists.map((list) => {
    const typed = list.map((node) => [node, analysis.expression(scope, node)] as const);
    checkCount(list.length);
    return typed.map(([node, one], i) => assign(analysis, destination, targets[i]?.index ?? -1, node, one, targets[i]?.steps));
  });
}

/** ON CONFLICT; the index is looked for when all the names are known to be right. */
function onConflict(
  analysis: Analysis,
  outer: Scope | null,
  destination: Destination,
  { action, infer, targetList = [], whereClause }: NonNullable<InsertStmt['onConflictClause']>,
): () => Write['conflict'] {
  const index = infer === undefined ? (): null => null : arbiter(analysis, outer, destination, infer);
  if (action !== 'ONCONFLICT_UPDATE') return () => ({ index: index(), action: 'nothing', sets: [] });
  for (const relation of new Set([destination.relation, destination.table])) analysis.uses(relation, 'update');
  const scope = new Scope(outer);
  const proposed = destination.item.columns.map((column) => ({ ...column, sources: [] }));
  scope.items = [destination.item, itemOf(proposed, 'excluded')];
  const update = { ...destination, command: 'update' as const };
  const sets = setClause(analysis, scope, update, targetList);
  condition(analysis, scope, whereClause);
  return () => {
    checkWritable(
      update,
      sets.map((one) => one.index),
    );
    checkGenerated(update, sets, false);
    return { index: index(), action: 'update', sets: valuesOf(destination, sets) };
  };
}
