import type { Node } from 'libpg-query';
import type { Catalog, Column, Relation } from '../catalog/catalog.ts';
import type { PreviousRelease } from './previous.ts';

/** A table that the previous release maps. */
export interface MappedTable {
  /** As the manifest calls it. */
  readonly name: string;
  /** null: there is none. */
  readonly relation: Relation | null;
  readonly columns: readonly Column[];
  /** Columns of the manifest that the table does not have. */
  readonly missing: readonly string[];
}

/** What the manifest maps, on the schema that it was made for. */
export function mappedTables({ columns }: PreviousRelease, catalog: Catalog): readonly MappedTable[] {
  return Object.entries(columns).map(([name, mapped]) => {
    const relation = relationOf(catalog, name);
    const known = relation?.columns ?? [];
    return {
      name,
      relation,
      columns: mapped.flatMap((one) => known.find((column) => column.name === one) ?? []),
      missing: mapped.filter((one) => !known.some((column) => column.name === one)),
    };
  });
}

/** `name` along the search path, or `schema.name`. */
function relationOf({ relations, searchPath }: Catalog, name: string): Relation | null {
  const all = [...relations.values()];
  for (const schema of searchPath) {
    const found = all.find((relation) => relation.schema === schema && relation.name === name);
    if (found !== undefined) return found;
  }
  return all.find((relation) => `${relation.schema}.${relation.name}` === name || relation.name === name) ?? null;
}

/** What an entity's SELECT is: these columns of that table, by the names that they have in the manifest. */
export function selectOf({ schema, name }: Relation, columns: readonly string[], searchPath: readonly string[]): Node {
  const table = { relname: name, inh: true, ...(searchPath.includes(schema) ? {} : { schemaname: schema }) };
  return {
    SelectStmt: {
      targetList: columns.map((column) => ({ ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: column } }] } } } })),
      fromClause: [{ RangeVar: table }],
      op: 'SETOP_NONE',
      limitOption: 'LIMIT_OPTION_DEFAULT',
    },
  };
}
