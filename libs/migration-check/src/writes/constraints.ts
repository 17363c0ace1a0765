import type { Catalog, Constraint, Id, Relation } from '../catalog/catalog.ts';
import { FALSE, nullable, truthsOf } from '../evaluate/abstract.ts';
import { baseOf, userType } from '../evaluate/convert.ts';
import { canonical, cases, columnsIn, conjuncts, disjuncts } from '../evaluate/domain.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { scopeOf, type Row } from './row.ts';

/** One way in which PostgreSQL refuses a row. `key`: the same one before the migration is the same refusal. */
export interface Refusal {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly column: Id | null;
  readonly constraint: Constraint | null;
}

/** NOT NULL and errors of types. */
export function valueRefusals(row: Row, relation: Relation, catalog: Catalog): readonly Refusal[] {
  const found: Refusal[] = [];
  for (const { id, name, type, notNull } of relation.columns) {
    const value = row.get(name);
    if (value === undefined) continue;
    const at = { column: id, constraint: null };
    if (value.kind === 'fault') found.push({ ...at, key: `type ${id}`, code: value.code, message: `${value.message} (column "${name}")` });
    else if (nullable(value) && (notNull || notNullByDomain(type, catalog))) {
      const message = notNull
        ? `null value in column "${name}" of relation "${relation.name}" violates not-null constraint`
        : `domain ${type.name} does not allow null values (column "${name}")`;
      found.push({ ...at, key: `null ${id}`, code: '23502', message });
    }
  }
  return found;
}

function notNullByDomain(type: Relation['columns'][number]['type'], catalog: Catalog): boolean {
  const own = userType(type, catalog);
  return !type.array && own?.kind === 'domain' && (own.notNull || (own.base !== null && notNullByDomain(own.base, catalog)));
}

/** Where a row is checked: a table, or a partition of it, on both sides of the migration. */
export interface Place {
  readonly relation: Relation;
  /** Whose columns the names in its constraints mean: the table itself, or the parent of a partition. */
  readonly named: Relation;
  readonly catalog: Catalog;
  /** Tables that upheld their constraints for the same rows before; the names in these mean columns of `namedBefore`. */
  readonly upheld: readonly Relation[];
  readonly namedBefore: Relation | undefined;
  /** Columns that may hold something else than before: what was upheld says nothing of them. */
  readonly moved: ReadonlySet<string>;
  readonly before: Catalog;
}

/** CHECKs of a table and of the domains of its columns that the row may violate, without those that were upheld before. */
export function checkRefusals(row: Row, place: Place, counts: (constraint: Constraint) => boolean = () => true): readonly Refusal[] {
  const { relation, catalog } = place;
  const found: Refusal[] = [];
  const implied = impliedBy(place);
  for (const constraint of relation.constraints) {
    if (constraint.kind !== 'check' || !constraint.enforced || constraint.expression === null || !counts(constraint)) continue;
    const parts = conjuncts(constraint.expression).filter((part) => !implied(part));
    if (!parts.some((part) => fails(part, row, catalog))) continue;
    const message = `new row for relation "${relation.name}" violates check constraint "${constraint.name}"`;
    found.push({ key: `check ${constraint.id}`, code: '23514', message, column: constraint.columns[0] ?? null, constraint });
  }
  return [...found, ...domainRefusals(row, place)];
}

function domainRefusals(row: Row, { relation, catalog, namedBefore, before, moved }: Place): readonly Refusal[] {
  const found: Refusal[] = [];
  for (const { id, name, type } of relation.columns) {
    const own = userType(type, catalog);
    const value = row.get(name);
    if (own?.kind !== 'domain' || value === undefined) continue;
    const column = namedBefore?.columns.find((one) => one.id === id);
    const previous = column === undefined ? undefined : userType(column.type, before);
    const known = new Set((previous?.checks ?? []).flatMap(({ expression }) => conjuncts(expression)).map((part) => canonical(part)));
    const base = baseOf(type, catalog);
    const domainRow = new Map([['value', value.kind === 'open' ? { ...value, type: base.name } : value]]);
    for (const check of own.checks) {
      const parts = conjuncts(check.expression).filter((part) => moved.has(name) || !known.has(canonical(part)));
      if (!parts.some((part) => fails(part, domainRow, catalog))) continue;
      const message = `value for domain ${own.name} violates check constraint "${check.name}" (column "${name}")`;
      found.push({ key: `domain ${id} ${check.id}`, code: '23514', message, column: id, constraint: null });
    }
  }
  return found;
}

type Node = NonNullable<Constraint['expression']>;

/** A CHECK refuses a row for which it is false; null passes. */
export function fails(expression: Node, row: Row, catalog: Catalog): boolean {
  return cases(row, columnsIn(expression)).some((one) => {
    const value = evaluate(expression, scopeOf(one, catalog));
    return value.kind === 'fault' || (truthsOf(value) & FALSE) !== 0;
  });
}

/** Whether a part of a CHECK was upheld before under any name; columns are compared by their ids. */
function impliedBy({ named, upheld, namedBefore, moved }: Place): (part: Node) => boolean {
  if (namedBefore === undefined) return () => false;
  const naming = (relation: Relation) => (name: string) => `#${relation.columns.find((column) => column.name === name)?.id ?? name}`;
  const checks = upheld.flatMap(({ constraints }) => constraints.filter(({ kind, enforced }) => kind === 'check' && enforced));
  const parts = new Set(
    checks
      .flatMap(({ expression }) => (expression === null ? [] : conjuncts(expression)))
      .map((part) => canonical(part, naming(namedBefore))),
  );
  const still = (part: Node) => ![...columnsIn(part)].some((name) => moved.has(name)) && parts.has(canonical(part, naming(named)));
  return (part) => [part, ...disjuncts(part)].some(still);
}
