import type { Catalog, Relation } from '../catalog/catalog.ts';

/** The relation that a name means, by the search path. */
export function relationOf(
  { schemaname, relname }: { readonly schemaname?: string; readonly relname?: string },
  { relations, searchPath }: Catalog,
): Relation | undefined {
  const named = [...relations.values()].filter(({ name }) => name === relname);
  if (schemaname !== undefined && schemaname !== '') return named.find(({ schema }) => schema === schemaname);
  return searchPath.flatMap((path) => named.filter(({ schema }) => schema === path))[0] ?? named[0];
}
