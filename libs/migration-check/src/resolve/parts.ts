import type { Node } from 'libpg-query';
import type { Analysis, Output, Parts } from './analysis.ts';
import { expression } from './expression.ts';
import { insert } from './insert.ts';
import { mergeInto } from './merge.ts';
import { notUnderstood, Refusal } from './refusal.ts';
import type { Unresolved } from './resolution.ts';
import type { Scope } from './scope.ts';
import { select } from './select.ts';
import { remove, update } from './update.ts';

export const PARTS: Parts = { expression, select, query };

/** The result of a query or of a statement that writes. */
export function query(analysis: Analysis, parent: Scope | null, node: Node): readonly Output[] {
  if ('SelectStmt' in node) return select(analysis, parent, node.SelectStmt);
  if ('InsertStmt' in node) return insert(analysis, parent, node.InsertStmt);
  if ('UpdateStmt' in node) return update(analysis, parent, node.UpdateStmt);
  if ('DeleteStmt' in node) return remove(analysis, parent, node.DeleteStmt);
  if ('MergeStmt' in node) return mergeInto(analysis, parent, node.MergeStmt);
  return notUnderstood(Object.keys(node)[0] ?? 'an empty statement');
}

/** With a refusal as an answer. */
export function understood<T>(what: () => T): T | Unresolved {
  try {
    return what();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { error: error.message, code: error.code, unknown: error.unknown };
  }
}
