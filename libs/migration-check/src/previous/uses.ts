import type { Catalog, Id } from '../catalog/catalog.ts';
import { resolve } from '../resolve/resolve.ts';
import { mappedTables } from './mapped.ts';
import type { ParsedPrevious } from './parsed.ts';

/** What the previous release touches, on the schema that it was made for. */
export interface Uses {
  /** Columns. */
  readonly reads: ReadonlySet<Id>;
  /** Columns. */
  readonly writes: ReadonlySet<Id>;
  /** Relations: tables and views. */
  readonly tables: ReadonlySet<Id>;
}

/**
 * What its queries and its entities read and write. An entity whose table no query writes may write all that it maps. A query that cannot be understood
 * adds nothing here: it is a breakage by itself.
 */
export function usesOf({ previous, queries }: ParsedPrevious, catalog: Catalog): Uses {
  const reads = new Set<Id>();
  const writes = new Set<Id>();
  const tables = new Set<Id>();
  const written = new Set<Id>();
  for (const { node } of queries) {
    const resolution = resolve(node, catalog);
    if ('error' in resolution) continue;
    for (const { column } of resolution.reads) reads.add(column);
    for (const { relation } of resolution.relations) tables.add(relation);
    for (const { command, table, values, conflict } of resolution.writes) {
      tables.add(table);
      if (command !== 'delete') written.add(table);
      for (const { column } of [...values, ...(conflict?.sets ?? [])]) writes.add(column);
    }
  }
  for (const { relation, columns } of mappedTables(previous, catalog)) {
    if (relation === null) continue;
    tables.add(relation.id);
    for (const { id } of columns) reads.add(id);
    if (!written.has(relation.id)) for (const { id } of columns) writes.add(id);
  }
  return { reads, writes, tables };
}
