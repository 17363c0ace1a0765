import type { Catalog, Id } from './catalog/catalog.ts';
import type { Effect } from './catalog/effect.ts';
import type { Write } from './resolve/resolution.ts';
import { resolve } from './resolve/resolve.ts';
import type { Statement } from './sql/statement.ts';

/** What is known of the rows while a migration runs: which new columns are still null, and which rows were put in. */
export class RowsSoFar {
  readonly #unfilled = new Set<Id>();
  readonly #filled = new Set<Id>();
  readonly #known: Set<Id>;
  readonly #standing: Write[];

  /** `schema`: of its INSERTs the rows are there from the beginning. */
  constructor(before: Catalog, schema: readonly Statement[]) {
    this.#known = new Set([...before.relations.values()].flatMap(({ columns }) => columns.map(({ id }) => id)));
    this.#standing = schema.flatMap((statement) => insertsOf(statement, before));
  }

  /** Columns that the migration made and that are null in every row that there was. */
  get unfilled(): readonly Id[] {
    return [...this.#unfilled];
  }

  /** Columns into which it wrote in rows that were there. */
  get filled(): readonly Id[] {
    return [...this.#filled];
  }

  get standing(): readonly Write[] {
    return this.#standing;
  }

  /** After a statement was applied. */
  note(statement: Statement, effects: readonly Effect[], now: Catalog): void {
    if ('AlterTableStmt' in statement.node) this.#newColumns(now);
    for (const effect of effects) {
      if (effect.what !== 'rows') continue;
      for (const column of effect.columns ?? []) {
        this.#unfilled.delete(column);
        if (effect.change === 'update') this.#filled.add(column);
      }
    }
    this.#standing.push(...insertsOf(statement, now));
  }

  #newColumns(now: Catalog): void {
    const columns = [...now.relations.values()].flatMap((relation) => relation.columns);
    for (const column of columns.filter(({ id }) => !this.#known.has(id))) {
      this.#known.add(column.id);
      if (column.default === null && column.identity === null && column.generated === null) this.#unfilled.add(column.id);
    }
  }
}

function insertsOf({ node }: Statement, catalog: Catalog): readonly Write[] {
  if (!('InsertStmt' in node)) return [];
  const resolution = resolve(node, catalog, catalog.searchPath);
  return 'error' in resolution ? [] : resolution.writes.filter(({ command }) => command === 'insert');
}
