import type { Node } from 'libpg-query';
import type { Catalog, Column, Id, Relation } from '../catalog/catalog.ts';
import { isProvenNotNull } from '../catalog/expressions.ts';
import { as, within } from '../sql/node.ts';
import { resolve } from '../resolve/resolve.ts';
import { keyOf, TypeSystem } from '../resolve/type-system.ts';
import type { Asked, Pair } from './asked.ts';
import type { Breakage } from './breakage.ts';

/** Columns that could not be null before, may be so now, and are read as if they could not. */
export function nullChanges({ what, node }: Asked, pair: Pair): readonly Breakage[] {
  const { before, after, was } = pair;
  const own = ownValues(node, pair);
  return was.reads.flatMap(({ column, nullSafe }): readonly Breakage[] => {
    if (nullSafe || own.has(column)) return [];
    const [old, now] = [find(before, column), find(after, column)];
    if (old === null || now === null || !isNeverNull(before, old) || isNeverNull(after, now)) return [];
    const message = `${what} of the previous release reads "${old.column.name}", which the new release may set to null, and does not expect that.`;
    const rewrite = 'Drop NOT NULL in the release after the one that reads a null.';
    return [{ rule: 'add-not-null', verdict: 'unsafe', message, rewrite }];
  });
}

/**
 * Columns of which an INSERT reads nothing but what it has just written, in RETURNING, and writes a literal. ON CONFLICT DO UPDATE returns rows of
 * others, a sub-query reads them, and a trigger or a rule may make the row another one.
 */
function ownValues(node: Node, { before, after, was }: Pair): ReadonlySet<Id> {
  const { returningClause, ...insert } = as('InsertStmt', node) ?? {};
  if (returningClause === undefined || insert.withClause !== undefined || within('SubLink', returningClause).length > 0) return NONE;
  const [first, ...more] = was.writes;
  if (first === undefined || [first, ...more].some(({ conflict }) => conflict?.action === 'update')) return NONE;
  const isPlain = was.relations.every(({ relation }) => {
    const now = after.relations.get(relation);
    return now?.kind === 'table' && now.triggers.length === 0 && now.rules.length === 0;
  });
  const without = resolve({ InsertStmt: insert }, before, before.searchPath);
  if (!isPlain || 'error' in without) return NONE;
  const read = new Set(without.reads.map(({ column }) => column));
  const written = first.values.map(({ column }) => column).filter((id) => !read.has(id));
  const isLiteral = (id: Id): boolean =>
    was.writes.every(({ values }) => values.some(({ column, value }) => column === id && value.kind === 'literal'));
  return new Set(written.filter(isLiteral));
}

const NONE: ReadonlySet<Id> = new Set();

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
