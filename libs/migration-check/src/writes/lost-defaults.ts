import type { Catalog } from '../catalog/catalog.ts';
import { nothing, nullable } from '../evaluate/abstract.ts';
import type { Breakage } from '../previous/breakage.ts';
import { unsafe, type Old, type OldWrite } from './old-writes.ts';
import type { Rows } from './row.ts';
import type { Simulation } from './simulation.ts';

/** Null, or another value, where an INSERT of a release that reads the column relied on its default. */
export function lostDefaults(
  { label, write }: OldWrite,
  { relation, given, rows }: Simulation,
  was: Simulation | undefined,
  { before, old }: { readonly before: Catalog; readonly old: Old },
): readonly Breakage[] {
  if (given.old !== null || was === undefined) return [];
  return relation.columns.flatMap(({ id, name, notNull, default: fallback }) => {
    const earlier = before.relations.get(relation.id)?.columns.find((column) => column.id === id);
    const value = given.new?.get(name);
    const stood = was.rows.every(({ new: row }) => !nullable(row?.get(earlier?.name ?? '') ?? nothing));
    const isNull = rows.some(({ new: row }) => row?.get(name)?.kind === 'null');
    if (earlier !== undefined && earlier.default !== null && fallback === null && stood && isNull && !notNull && old.reads.has(id)) {
      const message = `"${label}" leaves null in ${relation.name}.${name}, where it had the default before.`;
      return [unsafe('change-default', message, 'Drop the default when the previous release is gone.')];
    }
    const isLeftOut = write.values.every(({ column, value: { kind } }) => column !== id || kind === 'default');
    const [meant, gets] = [constantIn(was.rows, earlier?.name ?? ''), constantIn(rows, name)];
    if (isLeftOut && old.reads.has(id) && meant !== null && gets !== null && meant !== gets) {
      const message = `"${label}" leaves ${gets} in ${relation.name}.${name}, where it had ${meant} before, and the previous release reads it.`;
      return [
        unsafe('change-default', message, 'Change the default when the previous release is gone; let the new one write the column itself.'),
      ];
    }
    if (earlier?.notNull !== true || notNull || value === undefined || !nullable(value) || !old.reads.has(id)) return [];
    const message = `"${label}" leaves null in ${relation.name}.${name}, which the previous release reads as NOT NULL.`;
    return [unsafe('change-default', message, `ALTER TABLE ${relation.name} ALTER COLUMN ${name} SET DEFAULT …;`)];
  });
}

/** What all rows have in a column, as text; null: it differs, or depends on when and where it is made. */
function constantIn(rows: readonly Rows[], name: string): string | null {
  const texts = new Set(
    rows.map(({ new: row }) => {
      const value = row?.get(name) ?? nothing;
      if (value.kind === 'null') return 'null';
      return value.kind === 'known' && !value.now ? JSON.stringify(value.value) : null;
    }),
  );
  const [text] = texts;
  return texts.size === 1 && text !== undefined ? text : null;
}
