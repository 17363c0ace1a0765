import type { SelectStmt } from 'libpg-query';
import type { Column, Id, Relation } from '../catalog/catalog.ts';
import { Analysis, type ViewMeaning } from './analysis.ts';
import { Refusal } from './refusal.ts';

/** What stands behind a view's columns. */
export function viewMeaning(analysis: Analysis, view: Relation): ViewMeaning {
  const known = analysis.views.get(view.id);
  if (known !== undefined) return known;
  // A view that reads itself (by a name that has been given to another) ends here.
  analysis.views.set(view.id, unseen(analysis, view));
  const meaning = find(analysis, view);
  analysis.views.set(view.id, meaning);
  analysis.safely(() => {
    analysis.read({ sources: meaning.others });
  });
  return meaning;
}

function find(analysis: Analysis, view: Relation): ViewMeaning {
  const select = view.query !== null && 'SelectStmt' in view.query ? view.query.SelectStmt : null;
  if (select === null) return unseen(analysis, view);
  const inner = new Analysis(analysis.catalog, analysis.types.searchPath, analysis.parts);
  for (const [id, meaning] of analysis.views) inner.views.set(id, meaning);
  inner.within = columnsRead(view);
  try {
    const outputs = inner.parts.select(inner, null, select);
    if (outputs.length < view.columns.length) return unseen(analysis, view);
    for (const { relation, access } of inner.relations.values())
      analysis.relations.set(`${String(relation)} ${access}`, { relation, access });
    for (const id of inner.routines) analysis.routines.add(id);
    const columns = view.columns.map((_, i) => ({ column: outputs[i]?.column ?? null, sources: outputs[i]?.sources ?? [] }));
    const shown = new Set(columns.flatMap(({ sources }) => sources.map(({ id }) => id)));
    const others = [...inner.reads.values()].map(({ column }) => column).filter(({ id }) => !shown.has(id));
    return { columns, others, through: passesThrough(inner, select) };
  } catch (error) {
    if (error instanceof Refusal) return unseen(analysis, view);
    throw error;
  }
}

/** By table, the columns on which a view depends. */
export function columnsRead({ dependsOn }: Relation): ReadonlyMap<Id, ReadonlySet<Id>> {
  return new Map(dependsOn.map(({ relation, columns }) => [relation, new Set(columns)]));
}

/** Its query does not tell: every column may come from any that the view depends on. */
function unseen({ catalog }: Analysis, view: Relation): ViewMeaning {
  const sources = view.dependsOn.flatMap(({ relation, columns }): readonly Column[] => {
    const all = catalog.relations.get(relation)?.columns ?? [];
    return all.filter(({ id }) => columns.includes(id));
  });
  return { columns: view.columns.map(() => ({ column: null, sources })), others: [], through: null };
}

/** The one table or view that an auto-updatable view shows (`view_query_is_auto_updatable`); null: it is not one. */
function passesThrough(analysis: Analysis, select: SelectStmt): ViewMeaning['through'] {
  const { fromClause = [], op = 'SETOP_NONE', valuesLists, targetList = [], whereClause } = select;
  const clauses = [
    select.distinctClause,
    select.groupClause,
    select.havingClause,
    select.withClause,
    select.limitCount,
    select.limitOffset,
  ];
  const [only] = fromClause;
  if (op !== 'SETOP_NONE' || valuesLists !== undefined || fromClause.length !== 1 || clauses.some((clause) => clause !== undefined))
    return null;
  if (only === undefined || !('RangeVar' in only) || targetList.some((target) => givesOtherRows(analysis, target))) return null;
  return { table: only.RangeVar, filtered: whereClause !== undefined };
}

/** It has an aggregate, a window function or a set-returning function outside of a sub-query. */
function givesOtherRows(analysis: Analysis, value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (analysis.manifold.has(value)) return true;
  return Object.entries(value).some(([key, inner]) => key !== 'SubLink' && givesOtherRows(analysis, inner));
}
