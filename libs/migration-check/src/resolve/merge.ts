import type { MergeStmt, MergeWhenClause } from 'libpg-query';
import type { Analysis, Output } from './analysis.ts';
import { assign, type Assignment, checkGenerated, indexOf, setClause, valuesOf } from './assignment.ts';
import { condition } from './condition.ts';
import { checkWritable, type Destination, destinationOf, withCommand } from './destination.ts';
import { from } from './from.ts';
import { notUnderstood, refuse } from './refusal.ts';
import { returning } from './returning.ts';
import { type Item, Scope } from './scope.ts';
import { withScope } from './with.ts';

const COMMANDS = { CMD_INSERT: 'insert', CMD_UPDATE: 'update', CMD_DELETE: 'delete' } as const;

export function mergeInto(analysis: Analysis, parent: Scope | null, statement: MergeStmt): readonly Output[] {
  const { relation, sourceRelation, joinCondition, mergeWhenClauses = [], returningClause } = statement;
  if (relation === undefined || sourceRelation === undefined) return notUnderstood('a MERGE');
  const outer = withScope(analysis, parent, statement.withClause);
  const destination = destinationOf(analysis, relation, 'update');
  const source = new Scope(outer);
  from(analysis, source, [sourceRelation]);
  const both = scopeOf(outer, [destination.item, ...source.items]);
  condition(analysis, both, joinCondition, 'JOIN/ON');
  for (const node of mergeWhenClauses) {
    if (!('MergeWhenClause' in node)) continue;
    const { matchKind } = node.MergeWhenClause;
    const bySource = matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE';
    const scope = bySource ? scopeOf(outer, [destination.item]) : matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_TARGET' ? source : both;
    branch(analysis, scope, destination, node.MergeWhenClause);
  }
  return returning(analysis, both, destination, returningClause);
}

function scopeOf(outer: Scope | null, items: readonly Item[]): Scope {
  const scope = new Scope(outer);
  scope.items = items;
  return scope;
}

function branch(analysis: Analysis, scope: Scope, target: Destination, clause: MergeWhenClause): void {
  const { commandType, condition: when, targetList = [], override } = clause;
  condition(analysis, scope, when, 'WHEN');
  const command = commandType !== undefined && commandType in COMMANDS ? COMMANDS[commandType as keyof typeof COMMANDS] : null;
  if (command === null) return;
  const destination = withCommand(analysis, target, command);
  const assignments =
    command === 'insert' ? inserted(analysis, scope, destination, clause) : setClause(analysis, scope, destination, targetList);
  analysis.later.push(() => {
    checkWritable(
      destination,
      assignments.map(({ index }) => index),
    );
    checkGenerated(destination, assignments, override === 'OVERRIDING_SYSTEM_VALUE' || override === 'OVERRIDING_USER_VALUE');
    analysis.writes.push({ command, table: destination.table.id, values: valuesOf(destination, assignments), conflict: null });
  });
}

function inserted(
  analysis: Analysis,
  scope: Scope,
  destination: Destination,
  { targetList, values = [] }: MergeWhenClause,
): readonly Assignment[] {
  const named = targetList?.flatMap((node) => ('ResTarget' in node ? [indexOf(destination, node.ResTarget.name ?? '')] : []));
  const indexes = named ?? destination.relation.columns.map((_, index) => index);
  if (values.length > indexes.length) refuse('42601', 'INSERT has more expressions than target columns');
  if (named !== undefined && values.length < named.length) refuse('42601', 'INSERT has more target columns than expressions');
  return values.map((node, i) => assign(analysis, destination, indexes[i] ?? -1, node, analysis.expression(scope, node)));
}
