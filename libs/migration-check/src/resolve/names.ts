import type { Node } from 'libpg-query';
import type { Relation, Sequence } from '../catalog/catalog.ts';
import type { Analysis } from './analysis.ts';
import { refuse } from './refusal.ts';

/** `a.b` as its words; other nodes than strings are left out. */
export function wordsOf(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** A table, view or sequence by its name; null: there is none, but it may be one of PostgreSQL's own. */
export function relationNamed(analysis: Analysis, schema: string | null, name: string): Relation | Sequence | null {
  const { catalog, types } = analysis;
  const own = schema === 'pg_catalog' || schema === 'information_schema' || (schema === null && /^pg_/.test(name));
  const temporary = schema === null ? [...catalog.relations.values()].find((one) => one.temporary && one.name === name) : undefined;
  if (temporary !== undefined) return temporary;
  for (const one of schema === null ? types.searchPath : [schema]) {
    const found = [...catalog.relations.values(), ...catalog.sequences.values()].find((each) => each.schema === one && each.name === name);
    if (found !== undefined) return found;
  }
  if (own) return null;
  if (schema !== null && schema !== 'public' && !catalog.schemas.has(schema))
    refuse('42P01', `relation "${schema}.${name}" does not exist`);
  // An extension's own tables and views (pg_stat_statements) are not in the catalog.
  return extensionMayHave(analysis, name)
    ? null
    : refuse('42P01', `relation "${schema === null ? name : `${schema}.${name}`}" does not exist`);
}

const EXTENSION_RELATIONS = new Set(['spatial_ref_sys', 'geometry_columns', 'geography_columns', 'raster_columns']);

function extensionMayHave({ catalog }: Analysis, name: string): boolean {
  return catalog.extensions.has(name) || EXTENSION_RELATIONS.has(name);
}

/** What a literal of type regclass means: `'seq'`, `'s."T"'`. */
export function relationOfText(analysis: Analysis, text: string): void {
  if (/^\d+$/.test(text.trim())) return;
  const words = [...text.trim().matchAll(/"((?:[^"]|"")*)"|([^."\s]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? '',
  );
  const name = words.at(-1) ?? '';
  const schema = words.length > 1 ? (words.at(-2) ?? null) : null;
  const index = [...analysis.catalog.indexes.values()].some((one) => one.name === name && (schema === null || one.schema === schema));
  const found = index ? null : relationNamed(analysis, schema, name);
  if (found === null) return;
  if ('ownedBy' in found) analysis.sequences.add(found.id);
  else analysis.uses(found, 'read');
}
