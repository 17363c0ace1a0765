import type { Catalog, Id } from './catalog/catalog.ts';
import { bindingBreakages } from './previous/bindings.ts';
import type { Breakage } from './previous/breakage.ts';
import { mappedTables } from './previous/mapped.ts';
import type { ParsedPrevious } from './previous/parsed.ts';
import { usesOf } from './previous/uses.ts';
import type { Write } from './resolve/resolution.ts';
import { resolve } from './resolve/resolve.ts';
import type { RowsSoFar } from './rows-so-far.ts';
import { writeBreakages } from './writes/write-breakages.ts';

/** The release that still runs, asked whether it goes on as before. */
export class OldRelease {
  /** Columns that it reads. */
  readonly reads: ReadonlySet<Id>;
  /** Tables and views that it touches. */
  readonly tables: ReadonlySet<Id>;
  readonly #parsed: ParsedPrevious;
  readonly #before: Catalog;
  readonly #resolved: readonly ReturnType<typeof resolve>[];
  readonly #mapped: readonly { readonly table: Id; readonly columns: readonly Id[] }[];

  constructor(parsed: ParsedPrevious, before: Catalog) {
    this.#parsed = parsed;
    this.#before = before;
    const { reads, tables } = usesOf(parsed, before);
    this.reads = reads;
    this.tables = tables;
    this.#resolved = parsed.queries.map(({ node }) => resolve(node, before));
    this.#mapped = mappedTables(parsed.previous, before).flatMap(({ relation, columns }) =>
      relation === null ? [] : [{ table: relation.id, columns: columns.map(({ id }) => id) }],
    );
  }

  /** The schema that it was made for. */
  get before(): Catalog {
    return this.#before;
  }

  /** What its queries write, on that schema. */
  get writes(): readonly Write[] {
    return this.#resolved.flatMap((query) => ('error' in query ? [] : query.writes));
  }

  /** Tables with the columns that its entities have. */
  get mapped(): readonly { readonly table: Id; readonly columns: readonly Id[] }[] {
    return this.#mapped;
  }

  /** Whether no row of it can have a null there: the column is required, or its INSERTs all write a value, and no query of it a null. */
  neverNull(column: Id): boolean {
    const table = [...this.#before.relations.values()].find(({ columns }) => columns.some(({ id }) => id === column));
    if (table === undefined) return false;
    if (table.columns.some(({ id, notNull }) => id === column && notNull)) return true;
    const writes = this.#resolved.flatMap((query) => ('error' in query ? [] : query.writes.filter((write) => write.table === table.id)));
    const kinds = writes.map(({ command, values }) => ({ command, kind: values.find((value) => value.column === column)?.value.kind }));
    const inserts = kinds.filter(({ command }) => command === 'insert');
    return (
      inserts.length > 0 &&
      inserts.every(({ kind }) => kind === 'literal') &&
      kinds.every(({ kind }) => kind === undefined || kind === 'literal')
    );
  }

  /** What does not go on as before on this schema; empty: everything does. */
  breakagesOn(now: Catalog, { unfilled, filled, standing }: Pick<RowsSoFar, 'unfilled' | 'filled' | 'standing'>): readonly Breakage[] {
    const queries = this.#parsed.queries.map(({ text, node }, i) => {
      const after = resolve(node, now, this.#before.searchPath);
      return { text, before: this.#resolved[i] ?? after, after };
    });
    return [
      ...bindingBreakages(this.#before, now, this.#parsed),
      ...writeBreakages(this.#before, now, { queries, mapped: this.#mapped, unfilled, filled, standing }),
    ];
  }
}
