import type { Catalog, Id, Routine } from '../catalog/catalog.ts';
import { missingTable, routinesIn } from '../catalog/routine-text.ts';
import type { Breakage } from '../previous/breakage.ts';
import { unsafe, type OldWrite } from './old-writes.ts';

const REWRITE = 'Make what the function needs first, or set the default when the previous release is gone.';

/** Defaults that the old release takes and that call a function which fails. */
export function defaultCallBreakages({ label, write }: OldWrite, before: Catalog, after: Catalog): readonly Breakage[] {
  const relation = after.relations.get(write.table);
  if (relation === undefined || write.command !== 'insert') return [];
  const given = new Set(write.values.flatMap(({ column, value }) => (value.kind === 'default' ? [] : [column])));
  const taken = relation.columns.filter(({ id, default: expression }) => expression !== null && !given.has(id));
  const calledBefore = (id: Id): readonly Routine[] => {
    const columns = before.relations.get(relation.id)?.columns ?? [];
    return routinesIn(columns.find((column) => column.id === id)?.default, before);
  };
  return taken.flatMap((column) => {
    const failing = routinesIn(column.default, after).map((routine) => ({ routine, error: missingTable(routine, after) }));
    return failing.flatMap(({ routine, error }) => {
      const failedBefore = calledBefore(column.id).some((earlier) => earlier.id === routine.id && missingTable(earlier, before) !== null);
      if (error === null || failedBefore) return [];
      const message = `"${label}" fails: the default of ${relation.name}.${column.name} calls ${routine.name}(): ${error}.`;
      return [unsafe('change-default', message, REWRITE)];
    });
  });
}
