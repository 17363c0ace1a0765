import type { Catalog, Id, Index, Relation } from '../catalog/catalog.ts';
import { identityOf, keyOf, nothing, open, TRUE, truthsOf, type Abstract } from '../evaluate/abstract.ts';
import { canonical, cases, columnsIn, conjuncts } from '../evaluate/domain.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Breakage } from '../previous/breakage.ts';
import { unsafe, type OldWrite } from './old-writes.ts';
import { scopeOf, type Row, type Rows } from './row.ts';
import { uniqueValues, type Simulation } from './simulation.ts';

/** New unique indexes and EXCLUDE constraints that a write may collide with. */
export function uniquenessBreakages(
  { label, write }: OldWrite,
  simulation: Simulation,
  before: Catalog,
  after: Catalog,
): readonly Breakage[] {
  const { relation } = simulation;
  const earlier = before.relations.get(relation.id);
  const found: Breakage[] = [];
  const singles = uniqueValues(simulation, before);
  for (const index of after.indexes.values()) {
    if (index.table !== relation.id || !index.unique || write.conflict?.index === index.id) continue;
    if (before.indexes.has(index.id) && !namesOf(index, relation).some((name) => simulation.moved.has(name))) continue;
    if (earlier !== undefined && impliedByOther(index, relation, earlier, before, simulation.moved)) continue;
    if (!simulation.rows.some((rows) => collides(index, rows, relation, after, singles))) continue;
    found.push(unsafe('add-constraint', messageOf(label, write.conflict, index.name), REWRITE));
  }
  for (const constraint of relation.constraints) {
    if (constraint.kind !== 'exclude' || earlier?.constraints.some(({ id }) => id === constraint.id) === true) continue;
    const names = relation.columns.filter(({ id }) => constraint.columns.includes(id)).map(({ name }) => name);
    const meets = simulation.rows.some(
      ({ new: row, old }) => row !== null && changed(names, row, old) && !names.some((name) => row.get(name)?.kind === 'null'),
    );
    const message = `"${label}" may fail: conflicting key value violates exclusion constraint "${constraint.name}".`;
    if (meets) found.push(unsafe('add-constraint', message, REWRITE));
  }
  return found;
}

const REWRITE =
  'Let the new release write unique values first, remove duplicates, and add the constraint (CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX) when the previous release is gone.';

function messageOf(label: string, conflict: OldWrite['write']['conflict'], name: string): string {
  if (conflict?.action === 'nothing' && conflict.index === null) {
    return `"${label}" loses rows without an error: ON CONFLICT DO NOTHING now also skips what "${name}" refuses.`;
  }
  const besides = conflict === null ? '' : ', and its ON CONFLICT names another index';
  return `"${label}" may fail: duplicate key value violates unique constraint "${name}"${besides}.`;
}

function changed(names: readonly string[], row: Row, old: Row | null): boolean {
  return old === null || names.some((name) => keyOf(row.get(name) ?? nothing) !== keyOf(old.get(name) ?? nothing));
}

/** Of all columns that decide whether a row collides. */
function namesOf({ keys, predicate }: Index, { columns }: Relation): readonly string[] {
  const ids = [...keys.flatMap((key) => ('column' in key ? [key.column] : key.columns)), ...(predicate?.columns ?? [])];
  return columns.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
}

function collides(index: Index, { new: row, old }: Rows, relation: Relation, catalog: Catalog, singles: ReadonlySet<string>): boolean {
  if (row === null) return false;
  const nameOf = (id: Id): string => relation.columns.find((column) => column.id === id)?.name ?? '';
  if (!changed(namesOf(index, relation), row, old)) return false;
  const values = index.keys.map((key): Abstract => {
    if ('column' in key) return row.get(nameOf(key.column)) ?? open('unclear');
    const own = key.columns.map((id) => row.get(nameOf(id)) ?? nothing);
    // The result for a null is null with all but a few functions.
    return own.length > 0 && own.every(({ kind }) => kind === 'null')
      ? evaluate(key.expression, scopeOf(row, catalog))
      : open('unclear', { nullable: false });
  });
  if (values.some((value) => value.kind === 'open' && value.fresh)) return false;
  if (!index.nullsNotDistinct && values.some(({ kind }) => kind === 'null')) return false;
  if (values.some((value) => singles.has(identityOf(value) ?? ''))) return false;
  const { predicate } = index;
  if (predicate === null) return true;
  return cases(row, columnsIn(predicate.expression)).some(
    (one) => (truthsOf(evaluate(predicate.expression, scopeOf(one, catalog))) & TRUE) !== 0,
  );
}

/** Whether rows that are equal in the new key were equal in a key that was unique before. */
function impliedByOther(index: Index, relation: Relation, earlier: Relation, before: Catalog, moved: ReadonlySet<string>): boolean {
  const plain = new Set(index.keys.flatMap((key) => ('column' in key ? [key.column] : [])));
  const naming = (of: Relation) => (name: string) => `#${of.columns.find((column) => column.name === name)?.id ?? name}`;
  const expressions = new Set(index.keys.flatMap((key) => ('expression' in key ? [canonical(key.expression, naming(relation))] : [])));
  const parts = (node: Index['predicate'], of: Relation) =>
    node === null ? [] : conjuncts(node.expression).map((part) => canonical(part, naming(of)));
  const held = new Set(parts(index.predicate, relation));
  return [...before.indexes.values()].some((other) => {
    if (other.table !== relation.id || !other.unique || !other.valid) return false;
    if (namesOf(other, relation).some((name) => moved.has(name))) return false;
    if (!parts(other.predicate, earlier).every((part) => held.has(part))) return false;
    if (index.nullsNotDistinct && !other.nullsNotDistinct && !other.keys.every((key) => 'column' in key && isNotNull(earlier, key.column)))
      return false;
    return other.keys.every((key) => {
      if ('column' in key) return plain.has(key.column);
      return (
        expressions.has(canonical(key.expression, naming(earlier))) || (key.columns.length > 0 && key.columns.every((id) => plain.has(id)))
      );
    });
  });
}

const isNotNull = ({ columns }: Relation, id: Id): boolean => columns.some((column) => column.id === id && column.notNull);
