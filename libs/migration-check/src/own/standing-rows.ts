import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { nothing, open, type Abstract } from '../evaluate/abstract.ts';
import { convert } from '../evaluate/convert.ts';
import { allowed } from '../evaluate/domain.ts';
import type { OldRelease } from '../old-release.ts';
import type { Write } from '../resolve/resolution.ts';
import { defaultOf, domainsOf, rowsOf, type Row } from '../writes/row.ts';

/** A row that stands in a table, or many alike that the old release writes again and again. */
export interface StandingRow {
  readonly values: Map<Id, Abstract>;
  readonly many: boolean;
  /** Columns in which no two of the many have the same. */
  readonly distinct: ReadonlySet<Id>;
  /** Columns into which the migration wrote. */
  readonly filled: Set<Id>;
}

/** Something that is never surely null, equal to another, or wrong. */
export const unclear = (): Abstract => open('unclear', { nullable: false });

/** The rows that a migration meets, by table: those of the old release, of the schema's INSERTs, and its own. */
export class StandingRows {
  readonly #rows = new Map<Id, StandingRow[]>();
  /** Tables of which nobody knows the rows. */
  readonly #opaque = new Set<Id>();
  #lost = false;

  constructor(old: OldRelease, seeds: readonly Write[]) {
    const { before } = old;
    for (const relation of before.relations.values()) {
      if (relation.kind !== 'table' && relation.kind !== 'partitioned') continue;
      this.#rows.set(relation.id, [...seedRows(relation, before, seeds), ...oldRows(relation, before, old)]);
    }
  }

  /** null: nobody knows. */
  of(relation: Relation, now: Catalog): readonly StandingRow[] | null {
    if (this.#lost || this.#opaque.has(relation.id) || (relation.kind !== 'table' && relation.kind !== 'partitioned')) return null;
    const rows = this.#rows.get(relation.id) ?? [];
    for (const { values } of rows) {
      for (const column of relation.columns) {
        const value = values.get(column.id);
        if (column.generated !== null) values.set(column.id, unclear());
        else if (value === undefined) values.set(column.id, orUnclear(defaultOf(column, now)));
        else values.set(column.id, orUnclear(convert(value, column.type, now)));
      }
    }
    return rows;
  }

  /** Takes note of columns that are new while their defaults are still those that they were made with. */
  noteColumns(now: Catalog): void {
    for (const { id: table, columns } of now.relations.values()) {
      for (const { values } of this.#rows.get(table) ?? [])
        for (const column of columns)
          if (!values.has(column.id)) values.set(column.id, column.generated === null ? orUnclear(defaultOf(column, now)) : unclear());
    }
  }

  add(table: Id, row: StandingRow): void {
    this.#rows.set(table, [...(this.#rows.get(table) ?? []), row]);
  }

  /** `surely`: all of them. */
  remove(table: Id, surely: boolean): void {
    this.#rows.set(table, []);
    if (!surely) this.#opaque.add(table);
  }

  hideAll(): void {
    this.#lost = true;
  }

  hide(table: Id): void {
    this.#opaque.add(table);
  }
}

const orUnclear = (value: Abstract): Abstract =>
  value.kind === 'fault' || (value.kind === 'open' && value.type === 'unclear') ? unclear() : value;

function seedRows(relation: Relation, before: Catalog, seeds: readonly Write[]): readonly StandingRow[] {
  return seeds
    .filter(({ table, command }) => table === relation.id && command === 'insert')
    .map((write) => ({
      values: byId(rowsOf(write, relation, before, new Map()).new, relation),
      many: false,
      distinct: new Set(),
      filled: new Set(),
    }));
}

function oldRows(relation: Relation, before: Catalog, { writes, mapped }: OldRelease): readonly StandingRow[] {
  const own = writes.filter(({ table }) => table === relation.id);
  const domains = domainsOf(relation, before);
  const distinct = new Set(
    [...before.indexes.values()].flatMap(({ table, unique, predicate, keys: [key, ...more] }) =>
      table === relation.id && unique && predicate === null && more.length === 0 && key !== undefined
        ? 'column' in key
          ? [key.column]
          : key.columns
        : [],
    ),
  );
  const made = own.filter(({ command }) => command === 'insert').map((write) => rowsOf(write, relation, before, domains).new);
  const isMapped = mapped.some(({ table }) => table === relation.id);
  if (made.length === 0)
    return isMapped ? [{ values: byId(allowed(relation, before), relation), many: true, distinct, filled: new Set() }] : [];
  const updates = own.filter(({ command }) => command === 'update');
  return made.flatMap((row) => {
    const values = byId(row, relation);
    const later = updates.map((write) => {
      const { new: changed } = rowsOf(write, relation, before, domains);
      const set = new Set(write.values.map(({ column }) => column));
      return new Map([...values, ...[...byId(changed, relation)].filter(([id]) => set.has(id))]);
    });
    return [values, ...later].map((each) => ({ values: each, many: true, distinct, filled: new Set<Id>() }));
  });
}

function byId(row: Row | null, { columns }: Relation): Map<Id, Abstract> {
  return new Map(columns.map(({ id, name }) => [id, orUnclear(row?.get(name) ?? nothing)]));
}
