import type { Node } from 'libpg-query';
import type { Catalog, Column, Id, Relation } from '../catalog/catalog.ts';
import { nothing, nullable, open, type Abstract, type Open } from '../evaluate/abstract.ts';
import { baseOf, boundsOf, convert, userType } from '../evaluate/convert.ts';
import { allowed } from '../evaluate/domain.ts';
import { evaluate, type Scope } from '../evaluate/evaluate.ts';
import type { Value, Write } from '../resolve/resolution.ts';

/** The columns of one row, by their names. */
export type Row = ReadonlyMap<string, Abstract>;

/** Of a row trigger: what it calls NEW and OLD. */
export interface Rows {
  readonly new: Row | null;
  readonly old: Row | null;
}

/** What each column could hold before the migration, by id. */
export type Domains = ReadonlyMap<Id, Open>;

export function domainsOf(relation: Relation | undefined, catalog: Catalog): Domains {
  if (relation === undefined) return new Map();
  const byName = allowed(relation, catalog);
  return new Map(relation.columns.flatMap(({ id, name }): [Id, Open][] => [[id, byName.get(name) ?? open('unclear')]]));
}

/** The row that a write makes, before any trigger. `domains`: what passed before the migration. `excluded`: that of its INSERT. */
export function rowsOf(write: Write, relation: Relation, catalog: Catalog, domains: Domains, excluded: Row | null = null): Rows {
  const old = write.command === 'insert' ? null : standingRow(relation, catalog, domains);
  if (write.command === 'delete') return { new: null, old };
  const given = new Map(write.values.map(({ column, value }) => [column, value]));
  const fresh = new Map<string, Abstract>();
  for (const column of relation.columns) {
    const value = given.get(column.id);
    if (column.generated !== null) continue;
    if (value === undefined && old !== null) fresh.set(column.name, old.get(column.name) ?? nothing);
    else if (value === undefined || value.kind === 'default') fresh.set(column.name, defaultOf(column, catalog));
    else fresh.set(column.name, written(value, column, { relation, catalog, domains, old, excluded }));
  }
  return { new: withGenerated(fresh, relation, catalog), old };
}

/** Generated columns follow from the others. */
export function withGenerated(row: Row, relation: Relation, catalog: Catalog): Row {
  const whole = new Map(row);
  for (const { name, type, generated } of relation.columns) {
    if (generated !== null) whole.set(name, convert(evaluate(generated.expression, scopeOf(row, catalog)), type, catalog));
  }
  return whole;
}

export function scopeOf(row: Row, catalog: Catalog): Scope {
  return { catalog, resolve: (parts) => row.get(parts.at(-1) ?? '') ?? null };
}

/** A row that is there already. */
function standingRow(relation: Relation, catalog: Catalog, domains: Domains): Row {
  const now = allowed(relation, catalog);
  return new Map(
    relation.columns.map(({ id, name }): [string, Abstract] => {
      const [after, before] = [now.get(name) ?? open('unclear'), domains.get(id)];
      return [name, before === undefined ? after : meet(after, before)];
    }),
  );
}

/** What a column gets where a write leaves it out. */
export function defaultOf(column: Column, catalog: Catalog): Abstract {
  if (column.identity !== null) return open(column.type.name, { nullable: false, fresh: true, ...boundsOf(column.type, catalog) });
  const own = userType(column.type, catalog);
  const expression = column.default ?? (own?.kind === 'domain' ? own.default : null);
  if (expression === null) return nothing;
  const value = convert(evaluate(expression, { catalog, resolve: () => null }), column.type, catalog);
  // A function that is not known here, behind a column that is NOT NULL: rows from before have got its result.
  return value.kind === 'open' && column.notNull && isCall(expression) ? { ...value, nullable: false } : value;
}

function isCall(node: Node): boolean {
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && isCall(node.TypeCast.arg);
  return 'FuncCall' in node;
}

interface Place {
  readonly relation: Relation;
  readonly catalog: Catalog;
  readonly domains: Domains;
  readonly old: Row | null;
  /** What ON CONFLICT calls EXCLUDED. */
  readonly excluded: Row | null;
}

function written(value: Value, column: Column, { relation, catalog, domains, old, excluded }: Place): Abstract {
  const domain = domains.get(column.id);
  if (value.kind !== 'literal' && value.kind !== 'expression') {
    if (value.kind !== 'parameter') return nothing;
    return convert(domain ?? open(column.type.name), column.type, catalog);
  }
  const scope: Scope = {
    catalog,
    resolve: (parts) => {
      const [table, name] = parts.length > 1 ? [parts.at(-2), parts.at(-1)] : [relation.name, parts[0]];
      if (table === 'excluded' && name !== undefined) return excluded?.get(name) ?? null;
      return table === relation.name && name !== undefined ? (old?.get(name) ?? null) : null;
    },
  };
  const found = convert(typed(evaluate(value.node, scope), column, catalog), column.type, catalog);
  if (found.kind === 'known') return { ...found, source: `written ${column.id}` };
  if (found.kind !== 'open') return found;
  const some = domain === undefined ? found : meet(found, domain);
  return value.kind === 'literal' || !value.nullable ? { ...some, nullable: false } : some;
}

/** A number into a text column and the like: as an assignment does it. */
function typed(value: Abstract, column: Column, catalog: Catalog): Abstract {
  return value.kind === 'open' ? { ...value, type: baseOf(column.type, catalog).name } : value;
}

/** Both hold of it. */
function meet(a: Open, b: Open): Open {
  const among =
    a.among === null ? b.among : b.among === null ? a.among : a.among.filter((one) => b.among?.some(({ value }) => value === one.value));
  return {
    ...a,
    nullable: a.nullable && nullable(b),
    low: Math.max(a.low, b.low),
    high: Math.min(a.high, b.high),
    shortest: Math.max(a.shortest, b.shortest),
    longest: Math.min(a.longest, b.longest),
    truths: a.truths & b.truths,
    among: among === null || among.length === 0 ? null : among,
  };
}
