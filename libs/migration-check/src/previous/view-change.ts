import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { type ViewShape, viewShape } from '../resolve/view-shape.ts';

/** Why a view that is read now may show other rows than what stood there before; null: it shows the same. */
export function viewChange(before: Catalog, after: Catalog, was: Resolution, is: Resolution): string | null {
  const old = viewsOf(before, was);
  for (const view of viewsOf(after, is)) {
    const former = old.find(({ id }) => id === view.id) ?? old.find(({ name, schema }) => name === view.name && schema === view.schema);
    const shape = viewShape(view, after);
    if (former === undefined) {
      if (!shape.whole) return `view "${view.name}" stands where a table was and does not show all of its rows`;
      continue;
    }
    const same = viewShape(former, before);
    if (!showsSame(former, same, view, shape)) return `view "${view.name}" shows something else now`;
  }
  return null;
}

function viewsOf({ relations }: Catalog, resolution: Resolution): readonly Relation[] {
  const used = [...new Set(resolution.relations.map(({ relation }) => relation))].flatMap((id) => relations.get(id) ?? []);
  return used.filter(({ kind }) => kind === 'view' || kind === 'materialized view');
}

/** The same rows with at least the same columns. */
function showsSame(old: Relation, was: ViewShape, view: Relation, is: ViewShape): boolean {
  const whole = was.whole && is.whole && hasAll(old, was.columns, view, is.columns);
  if (whole || was.meaning === null || is.meaning === null) return whole;
  const { targets, rows, distinct } = was.meaning;
  const sameRows = rows === is.meaning.rows && (!distinct || targets.length === is.meaning.targets.length);
  return sameRows && hasAll(old, targets, view, is.meaning.targets);
}

/** Every column of the old one is there under its name and means the same; null: nobody knows what it means. */
function hasAll<T>(old: Relation, before: readonly (T | null)[], view: Relation, after: readonly (T | null)[]): boolean {
  const now = new Map(view.columns.map(({ name }, i) => [name, after[i] ?? null]));
  return old.columns.every(({ name }, i) => (before[i] ?? null) !== null && now.get(name) === before[i]);
}
