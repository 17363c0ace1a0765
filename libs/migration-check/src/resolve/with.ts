import type { CommonTableExpr, Node, SelectStmt, WithClause } from 'libpg-query';
import { type Analysis, shown } from './analysis.ts';
import { wordsOf } from './names.ts';
import { refuse } from './refusal.ts';
import { Scope, type ScopeColumn } from './scope.ts';

/** A scope in which the names of WITH are known. */
export function withScope(analysis: Analysis, parent: Scope | null, clause: WithClause | undefined): Scope | null {
  if (clause === undefined) return parent;
  const scope = new Scope(parent);
  const all = (clause.ctes ?? []).flatMap((node) => ('CommonTableExpr' in node ? [node.CommonTableExpr] : []));
  for (const one of all) if (clause.recursive === true) define(analysis, scope, one, true);
  for (const one of all) {
    const name = one.ctename ?? '';
    if (clause.recursive !== true && scope.commonTables.has(name)) refuse('42712', `WITH query name "${name}" specified more than once`);
    if (clause.recursive !== true) define(analysis, scope, one, false);
    scope.commonTable(name)?.columns();
  }
  return scope;
}

function define(analysis: Analysis, scope: Scope, one: CommonTableExpr, recursive: boolean): void {
  const name = one.ctename ?? '';
  // What WITH without RECURSIVE says sees only what is before it.
  const inner = new Scope(scope.parent);
  for (const [key, value] of scope.commonTables) inner.commonTables.set(key, value);
  let known: readonly ScopeColumn[] | null = null;
  const columns = (): readonly ScopeColumn[] => {
    if (known !== null) return known;
    const seen = (list: readonly ScopeColumn[]): readonly ScopeColumn[] => (known = [...named(list, one), ...added(one)]);
    const first = recursive ? firstPart(one.ctequery) : null;
    if (first !== null) seen(analysis.parts.select(analysis, scope, first).map(shown));
    const all = one.ctequery === undefined ? [] : analysis.parts.query(analysis, recursive ? scope : inner, one.ctequery);
    return seen(all.map(shown));
  };
  scope.commonTables.set(name, { name, columns });
}

/** Of a UNION, which may read itself in its second part. */
function firstPart(node: Node | undefined): SelectStmt | null {
  if (node === undefined || !('SelectStmt' in node) || node.SelectStmt.op === 'SETOP_NONE') return null;
  return node.SelectStmt.larg ?? null;
}

function named(columns: readonly ScopeColumn[], { ctename = '', aliascolnames }: CommonTableExpr): readonly ScopeColumn[] {
  const names = wordsOf(aliascolnames);
  if (names.length > columns.length) {
    refuse(
      '42P10',
      `WITH query "${ctename}" has ${String(columns.length)} columns available but ${String(names.length)} columns specified`,
    );
  }
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}

/** SEARCH and CYCLE bring columns of their own. */
function added({ search_clause, cycle_clause }: CommonTableExpr): readonly ScopeColumn[] {
  const names = [search_clause?.search_seq_column, cycle_clause?.cycle_mark_column, cycle_clause?.cycle_path_column];
  return names.flatMap((name) => (name === undefined ? [] : [{ name, type: null, column: null, sources: [], nullable: false }]));
}
