import type { Node, RangeVar } from 'libpg-query';
import type { Analysis, Output } from './analysis.ts';
import { tableItem } from './from.ts';
import { functionCall } from './function-call.ts';
import { refuse } from './refusal.ts';
import { Scope } from './scope.ts';

/** Statements that name no table, as an application runs them. */
const NAMELESS = new Set([
  ...[
    'TransactionStmt',
    'VariableSetStmt',
    'VariableShowStmt',
    'ListenStmt',
    'UnlistenStmt',
    'NotifyStmt',
    'DiscardStmt',
    'CheckPointStmt',
  ],
  ...['DeallocateStmt', 'ClosePortalStmt', 'FetchStmt'],
]);

/** The result of a statement that is neither a query nor writes rows one by one; null: it is another one. */
export function utility(analysis: Analysis, node: Node): readonly Output[] | null {
  const [kind = ''] = Object.keys(node);
  if (NAMELESS.has(kind)) return [];
  if ('CallStmt' in node && node.CallStmt.funccall) {
    functionCall(analysis, new Scope(null), node.CallStmt.funccall);
    return [];
  }
  if ('ExplainStmt' in node && node.ExplainStmt.query) {
    analysis.parts.query(analysis, null, node.ExplainStmt.query);
    return [];
  }
  if ('TruncateStmt' in node) return named(analysis, node.TruncateStmt.relations ?? [], 'delete', ['table', 'partitioned', 'foreign']);
  if ('LockStmt' in node) return named(analysis, node.LockStmt.relations ?? [], 'read', ['table', 'partitioned', 'view']);
  if ('RefreshMatViewStmt' in node && node.RefreshMatViewStmt.relation) {
    return named(analysis, [{ RangeVar: node.RefreshMatViewStmt.relation }], 'read', ['materialized view']);
  }
  return null;
}

/** Throws 42P01 and 42809. */
function named(analysis: Analysis, nodes: readonly Node[], access: 'read' | 'delete', kinds: readonly string[]): readonly Output[] {
  const ranges: readonly RangeVar[] = nodes.flatMap((node) => ('RangeVar' in node ? [node.RangeVar] : []));
  for (const range of ranges) {
    const { relation } = tableItem(analysis, range, access);
    if (relation === null) continue;
    if (!kinds.includes(relation.kind)) refuse('42809', `"${relation.name}" is not a ${kinds[0] ?? 'table'}`);
    if (access === 'delete') analysis.writes.push({ command: 'delete', table: relation.id, values: [], conflict: null });
  }
  return [];
}
