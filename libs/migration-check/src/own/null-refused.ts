import type { Catalog } from '../catalog/catalog.ts';
import type { Write } from '../resolve/resolution.ts';

/** A null that the migration itself writes where none may be; null: it does not, or a trigger may fill it. */
export function nullRefused({ command, table, values }: Write, now: Catalog): string | null {
  const relation = now.relations.get(table);
  if (relation === undefined || command === 'delete' || relation.triggers.length > 0) return null;
  const refused = relation.columns.find(({ id, notNull, default: value, identity, generated }) => {
    if (!notNull || generated !== null) return false;
    const written = values.find(({ column }) => column === id)?.value.kind ?? (command === 'insert' ? 'default' : 'kept');
    return written === 'null' || (written === 'default' && value === null && identity === null);
  });
  return refused === undefined
    ? null
    : `null value in column "${refused.name}" of relation "${relation.name}" violates not-null constraint`;
}
