import type { Connection } from './connection.ts';

export interface Column {
  readonly number: number;
  readonly name: string;
  /** Of the type beneath all domains, like `int4`. */
  readonly type: string;
  /** As `format_type` says it, like `character varying(20)`; of the type beneath all domains. */
  readonly formatted: string;
  /** Of what an enum has. */
  readonly labels: readonly string[];
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** By the database alone: GENERATED ALWAYS AS, or AS IDENTITY. */
  readonly generated: boolean;
}

export interface Table {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind */
  readonly kind: string;
  readonly isPartition: boolean;
  readonly columns: readonly Column[];
  /** Column names of each unique index. */
  readonly unique: readonly (readonly string[])[];
  readonly primary: readonly string[];
  readonly foreign: readonly {
    readonly constraint: string;
    readonly columns: readonly string[];
    readonly table: string;
    readonly of: readonly string[];
  }[];
  /** Constants in its checks, in those of its domains and in the bounds of its partitions, by the text that they stand in. */
  readonly constants: readonly { readonly text: string; readonly values: readonly string[] }[];
}

const RELATIONS = `
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,
    (SELECT coalesce(json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'type', b.typname,
        'formatted', format_type(b.oid, CASE WHEN b.oid = a.atttypid THEN a.atttypmod ELSE b.typmod END),
        'labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]') FROM pg_enum e WHERE e.enumtypid = b.oid),
        'notNull', a.attnotnull OR b.strict, 'hasDefault', a.atthasdef OR a.attidentity <> '' OR b.defaults,
        'generated', a.attgenerated <> '' OR a.attidentity = 'a') ORDER BY a.attnum), '[]')
      FROM pg_attribute a CROSS JOIN LATERAL (
        WITH RECURSIVE down AS (
          SELECT t.oid, t.typname, t.typbasetype, t.typtype, -1 AS typmod, t.typnotnull AS strict, t.typdefault IS NOT NULL AS defaults
            FROM pg_type t WHERE t.oid = a.atttypid
          UNION ALL
          SELECT t.oid, t.typname, t.typbasetype, t.typtype, d.typtypmod, down.strict OR t.typnotnull, down.defaults OR t.typdefault IS NOT NULL
            FROM down JOIN pg_type d ON d.oid = down.oid JOIN pg_type t ON t.oid = down.typbasetype WHERE down.typtype = 'd')
        SELECT * FROM down WHERE typtype <> 'd') b
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT coalesce(json_agg(json_build_object('primary', i.indisprimary, 'columns', (
        SELECT json_agg(a.attname) FROM unnest(i.indkey) k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k))), '[]')
      FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)),
    (SELECT coalesce(json_agg(json_build_object('constraint', f.oid::text, 'table', f.confrelid::text,
        'columns', (SELECT json_agg(a.attname ORDER BY o) FROM unnest(f.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n),
        'of', (SELECT json_agg(a.attname ORDER BY o) FROM unnest(f.confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = n))), '[]')
      FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_constraint p WHERE p.oid = f.conparentid AND p.conrelid = f.conrelid)),
    (SELECT coalesce(json_agg(text), '[]') FROM (
        SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
        UNION ALL SELECT concat(a.attname, ' ', pg_get_constraintdef(k.oid)) FROM pg_attribute a JOIN pg_constraint k ON k.contypid = a.atttypid
          WHERE a.attrelid = c.oid AND k.contype = 'c'
        UNION ALL SELECT concat(pg_get_partkeydef(c.oid), ' ', pg_get_expr(p.relpartbound, p.oid)) FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid
          WHERE h.inhparent = c.oid AND p.relispartition) s(text))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND n.nspname !~ '^pg_temp' AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.oid`;

/** Every table and view of a database, in the order in which they were made. */
export async function tablesOf(connection: Connection): Promise<readonly Table[]> {
  const { rows } = await connection.ask(RELATIONS);
  return rows.map(([oid, schema, name, kind, isPartition, columns, indexes, foreign, texts]) => {
    const unique = JSON.parse(indexes ?? '[]') as { primary: boolean; columns: string[] | null }[];
    return {
      ...{ oid: oid ?? '', schema: schema ?? '', name: name ?? '', kind: kind ?? '', isPartition: isPartition === 't' },
      columns: JSON.parse(columns ?? '[]') as Column[],
      unique: unique.map((index) => index.columns ?? []),
      primary: unique.find((index) => index.primary)?.columns ?? [],
      foreign: JSON.parse(foreign ?? '[]') as Table['foreign'],
      constants: (JSON.parse(texts ?? '[]') as string[]).map((text) => ({ text, values: constantsIn(text) })),
    };
  });
}

function constantsIn(text: string): readonly string[] {
  const strings = [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = '']) => value.replaceAll("''", "'"));
  const numbers = [...text.replaceAll(/'((?:[^']|'')*)'/g, ' ').matchAll(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])/g)].map(([value]) => value);
  return [...new Set([...strings, ...numbers])];
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
export const nameOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string => `${quoted(schema)}.${quoted(name)}`;

/** The table that a manifest or a query calls so. */
export function tableCalled(name: string, tables: readonly Table[]): Table | undefined {
  const plain = (wanted: string): Table | undefined =>
    tables.find((table) => table.schema === 'public' && table.name === wanted) ??
    tables.find((table) => table.name === wanted || `${table.schema}.${table.name}` === wanted);
  return (
    plain(name) ??
    plain(
      name
        .split('.')
        .map((part) => (/^".*"$/s.test(part) ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()))
        .join('.'),
    )
  );
}
