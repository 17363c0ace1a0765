import type { Catalog, Column, Id, Relation } from '../catalog/catalog.ts';
import { isProvenNotNull } from '../catalog/expressions.ts';
import { keyOf, TypeSystem } from '../resolve/type-system.ts';
import type { Asked, Pair } from './asked.ts';
import type { Breakage } from './breakage.ts';

/** Columns that could not be null before, may be so now, and are read as if they could not. */
export function nullChanges({ what }: Asked, { before, after, was }: Pair): readonly Breakage[] {
  return was.reads.flatMap(({ column, nullSafe }): readonly Breakage[] => {
    if (nullSafe) return [];
    const [old, now] = [find(before, column), find(after, column)];
    if (old === null || now === null || !isNeverNull(before, old) || isNeverNull(after, now)) return [];
    const message = `${what} of the previous release reads "${old.column.name}", which the new release may set to null, and does not expect that.`;
    const rewrite = 'Drop NOT NULL in the release after the one that reads a null.';
    return [{ rule: 'add-not-null', verdict: 'unsafe', message, rewrite }];
  });
}

interface Found {
  readonly relation: Relation;
  readonly column: Column;
}

function find({ relations }: Catalog, id: Id): Found | null {
  for (const relation of relations.values()) {
    const column = relation.columns.find((one) => one.id === id);
    if (column !== undefined) return { relation, column };
  }
  return null;
}

function isNeverNull(catalog: Catalog, { relation, column }: Found): boolean {
  const domain = new TypeSystem(catalog, catalog.searchPath).user(keyOf(column.type));
  return column.notNull || (domain?.kind === 'domain' && domain.notNull) || isProvenNotNull(relation, column.id, column.name);
}
