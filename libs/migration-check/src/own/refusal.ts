import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { FALSE, keyOf, type Abstract, truthsOf } from '../evaluate/abstract.ts';
import { cases, columnsIn } from '../evaluate/domain.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { scopeOf } from '../writes/row.ts';
import type { StandingRow, StandingRows } from './standing-rows.ts';

/** Columns of a row by id; a value that is not surely known is open. */
export type Values = ReadonlyMap<Id, Abstract>;

export const sameKey = (a: Abstract | undefined, b: Abstract | undefined): boolean =>
  a?.kind === 'known' && b?.kind === 'known' && !a.now && !b.now && keyOf(a) === keyOf(b);

/** NOT NULL, errors of values, CHECK and foreign keys that a row surely violates. `set`: the columns that the statement writes. */
export function rowRefusal(values: Values, set: ReadonlySet<Id>, relation: Relation, now: Catalog, rows: StandingRows): string | null {
  for (const { id, name, notNull } of relation.columns) {
    const value = values.get(id);
    if (!set.has(id) || value === undefined) continue;
    if (value.kind === 'fault' && /^2[23]/.test(value.code)) return value.message;
    if (value.kind === 'null' && notNull)
      return `null value in column "${name}" of relation "${relation.name}" violates not-null constraint`;
  }
  for (const { kind, name, columns, expression, enforced, references, deferrable } of relation.constraints) {
    if (!enforced || !columns.some((id) => set.has(id))) continue;
    if (kind === 'check' && expression !== null && failsSurely(expression, values, relation, now))
      return `new row for relation "${relation.name}" violates check constraint "${name}"`;
    if (kind === 'foreign' && references !== null && !deferrable && !mayHaveParent(values, columns, references, now, rows, relation))
      return `insert or update on table "${relation.name}" violates foreign key constraint "${name}"`;
  }
  return null;
}

/** Whether a CHECK is false for it, whatever is not known of it. */
export function failsSurely(expression: Parameters<typeof evaluate>[0], values: Values, { columns }: Relation, now: Catalog): boolean {
  const byName = new Map(columns.map(({ id, name }) => [name, values.get(id) ?? { kind: 'null' as const }]));
  return cases(byName, columnsIn(expression)).every((one) => {
    const value = evaluate(expression, scopeOf(one, now));
    return value.kind !== 'fault' && truthsOf(value) === FALSE;
  });
}

function mayHaveParent(
  values: Values,
  columns: readonly Id[],
  references: { readonly table: Id; readonly columns: readonly Id[] },
  now: Catalog,
  rows: StandingRows,
  relation: Relation,
): boolean {
  const own = columns.map((id) => values.get(id));
  if (own.some((value) => value === undefined || value.kind === 'null' || value.kind === 'fault')) return true;
  if (own.some((value) => value?.kind !== 'known' && (value?.kind !== 'open' || value.nullable || value.type === 'unclear'))) return true;
  const parent = now.relations.get(references.table);
  const parents = parent === undefined || parent.id === relation.id ? null : rows.of(parent, now);
  if (parents === null || parent === undefined) return true;
  // Rows that point there show that it has rows which nobody has listed.
  if (parents.length === 0 && isReferenced(parent, now, rows)) return true;
  return parents.some((row) => references.columns.every((id, i) => mayEqual(own[i], row.values.get(id))));
}

function mayEqual(child: Abstract | undefined, parent: Abstract | undefined): boolean {
  if (child?.kind !== 'known') return true;
  if (parent?.kind === 'known') return keyOf(child) === keyOf(parent);
  // Identities and sequences count from 1.
  return parent?.kind !== 'open' || !parent.fresh || typeof child.value !== 'number' || child.value > 0;
}

/** A unique index in which two rows surely have the same. */
export function duplicate(
  a: Values,
  b: Values,
  relation: Relation,
  now: Catalog,
  counts: (columns: readonly Id[]) => boolean,
): string | null {
  for (const { table, unique, keys, predicate, nullsNotDistinct, name } of now.indexes.values()) {
    const columns = keys.flatMap((key) => ('column' in key ? [key.column] : []));
    if (table !== relation.id || !unique || predicate !== null || columns.length < keys.length || !counts(columns)) continue;
    const same = (id: Id) =>
      sameKey(a.get(id), b.get(id)) || (nullsNotDistinct && a.get(id)?.kind === 'null' && b.get(id)?.kind === 'null');
    if (columns.every(same)) return `duplicate key value violates unique constraint "${name}"`;
  }
  return null;
}

/** A foreign key of another table whose rows surely point at rows that go. */
export function stillReferenced(relation: Relation, now: Catalog, rows: StandingRows): string | null {
  for (const child of now.relations.values()) {
    for (const { kind, references, columns, name, enforced, deferrable } of child.constraints) {
      if (kind !== 'foreign' || references?.table !== relation.id || child.id === relation.id || !enforced || deferrable) continue;
      if (references.onDelete !== 'no action' && references.onDelete !== 'restrict') continue;
      const points = ({ values }: StandingRow) => columns.every((id) => isThere(values.get(id)));
      if (rows.of(child, now)?.some(points) === true)
        return `update or delete on table "${relation.name}" violates foreign key constraint "${name}" on table "${child.name}"`;
    }
  }
  return null;
}

function isReferenced(parent: Relation, now: Catalog, rows: StandingRows): boolean {
  return [...now.relations.values()].some((child) =>
    child.constraints.some(
      ({ kind, references, columns }) =>
        kind === 'foreign' &&
        references?.table === parent.id &&
        rows.of(child, now)?.some(({ values }) => columns.every((id) => isThere(values.get(id)))) === true,
    ),
  );
}

/** Of an open value that may be null some row has one. */
const isThere = (value: Abstract | undefined): boolean => value?.kind === 'known' || (value?.kind === 'open' && value.type !== 'unclear');
