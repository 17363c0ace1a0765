import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { keyOf, nothing } from '../evaluate/abstract.ts';
import { runTrigger, triggersFor } from '../writes/trigger-run.ts';
import type { StandingRow } from './standing-rows.ts';

/** Columns that BEFORE triggers surely set to something else where an UPDATE sets others; a time of change is none of them. */
export function triggerChanges(relation: Relation, set: ReadonlySet<Id>, rows: readonly StandingRow[], now: Catalog): readonly Id[] {
  const triggers = triggersFor(relation, 'update', set).filter(({ timing, forEach }) => timing === 'before' && forEach === 'row');
  const named = ({ values }: StandingRow) => new Map(relation.columns.map(({ id, name }) => [name, values.get(id) ?? nothing]));
  return triggers.flatMap((trigger) =>
    rows.flatMap((row) => {
      const before = named(row);
      return runTrigger(trigger, relation, now, 'update', { new: before, old: before }).rows.flatMap(({ new: after }) =>
        relation.columns.flatMap(({ id, name }) => {
          const value = after?.get(name);
          const changes = value?.kind === 'known' && !value.now && keyOf(value) !== keyOf(before.get(name) ?? nothing);
          return changes && !set.has(id) ? [id] : [];
        }),
      );
    }),
  );
}
