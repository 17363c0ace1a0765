import type { Node } from 'libpg-query';
import type { Catalog, Relation, TypeRef } from '../catalog/catalog.ts';
import { familyOf, open, type Abstract, type Known, type Open } from './abstract.ts';
import { boundsOf, convert, userType } from './convert.ts';
import { evaluate, partsOf } from './evaluate.ts';

/** A copy without places in the text, so that equal expressions are equal; names of columns by `rename`. */
export function canonical(node: unknown, rename: (name: string) => string = (name) => name): string {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !DROPPED.has(key));
    const [first] = entries;
    if (first?.[0] === 'ColumnRef' && entries.length === 1) {
      const parts = partsOf((first[1] as { fields?: Node[] }).fields);
      return { column: rename(parts.at(-1) ?? '') };
    }
    if (first?.[0] === 'TypeCast' && entries.length === 1) {
      const { arg, typeName } = first[1] as { arg?: Node; typeName?: { names?: Node[] } };
      // CHECK (a = 'x'::text) is how PostgreSQL writes CHECK (a = 'x').
      if (['text', 'varchar', 'bpchar'].includes(partsOf(typeName?.names).at(-1) ?? '')) return strip(arg);
    }
    return Object.fromEntries(entries.map(([key, part]) => [key, strip(part)]));
  };
  return JSON.stringify(strip(node));
}

const DROPPED = new Set(['location', 'rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end', 'funcformat', 'typemod']);

/** The parts that AND joins. */
export function conjuncts(node: Node): readonly Node[] {
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conjuncts) : [node];
}

/** The parts that OR joins. */
export function disjuncts(node: Node): readonly Node[] {
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'OR_EXPR' ? (node.BoolExpr.args ?? []).flatMap(disjuncts) : [node];
}

/** Names of the columns in an expression, without what stands before a dot. */
export function columnsIn(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      if ('ColumnRef' in value) names.add(partsOf((value.ColumnRef as { fields?: Node[] }).fields).at(-1) ?? '');
      else Object.values(value).forEach(walk);
    }
  };
  walk(node);
  return names;
}

/** What each column of a table may hold by its type and constraints, by its name. `only`: constraints that count. */
export function allowed(relation: Relation, catalog: Catalog, only: (validated: boolean) => boolean = () => true): Map<string, Open> {
  const domains = new Map<string, Open>();
  for (const { name, type, notNull } of relation.columns) {
    const domain = open(type.array ? `${type.name}[]` : type.name, { nullable: !notNull, ...boundsOf(type, catalog) });
    domains.set(name, withChecks(domain, 'value', ofDomain(type, catalog), type, catalog));
  }
  const checks = relation.constraints.filter(({ kind, enforced, validated }) => kind === 'check' && enforced && only(validated));
  for (const { expression } of checks) {
    for (const part of expression === null ? [] : conjuncts(expression)) {
      const [name, ...others] = columnsIn(part);
      const column = relation.columns.find((one) => one.name === name);
      const domain = name === undefined ? undefined : domains.get(name);
      if (name === undefined || others.length > 0 || column === undefined || domain === undefined) continue;
      domains.set(name, restricted(domain, part, column.type, catalog));
    }
  }
  return domains;
}

function ofDomain(type: TypeRef, catalog: Catalog): readonly Node[] {
  const own = userType(type, catalog);
  return own?.kind === 'domain' ? own.checks.flatMap(({ expression }) => conjuncts(expression)) : [];
}

function withChecks(domain: Open, name: string, checks: readonly Node[], type: TypeRef, catalog: Catalog): Open {
  return checks
    .filter((check) => [...columnsIn(check)].join() === name)
    .reduce((one, check) => restricted(one, check, type, catalog), domain);
}

/** `domain` without what `check`, which names that column alone, refuses; where it is not understood, as before. */
function restricted(domain: Open, check: Node, type: TypeRef, catalog: Catalog): Open {
  const constant = (node: Node | undefined): Known | null => {
    const value = convert(evaluate(node, { catalog, resolve: () => null }), { ...type, mods: [] }, catalog);
    return value.kind === 'known' && !value.now ? value : null;
  };
  if ('NullTest' in check && check.NullTest.nulltesttype === 'IS_NOT_NULL' && isColumn(check.NullTest.arg))
    return { ...domain, nullable: false };
  if ('BoolExpr' in check && check.BoolExpr.boolop === 'OR_EXPR') {
    const parts = disjuncts(check).filter((part) => !('NullTest' in part && part.NullTest.nulltesttype === 'IS_NULL'));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return { ...restricted(domain, only, type, catalog), nullable: domain.nullable };
    const lists = parts.map((part) => restricted({ ...domain, among: null }, part, type, catalog).among);
    return lists.every((list) => list !== null) ? amongst(domain, lists.flat()) : domain;
  }
  if (!('A_Expr' in check)) return domain;
  const { kind, lexpr, rexpr } = check.A_Expr;
  const operator = partsOf(check.A_Expr.name).at(-1) ?? '';
  const items = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : elementsOf(rexpr);
  if (isColumn(lexpr)) {
    const values = items.map(constant).filter((one) => one !== null);
    const whole = values.length === items.length;
    if ((kind === 'AEXPR_IN' || kind === 'AEXPR_OP_ANY') && operator === '=')
      return whole && items.length > 0 ? amongst(domain, values) : domain;
    if (kind === 'AEXPR_BETWEEN') {
      const [low, high] = values;
      return whole && low !== undefined && high !== undefined ? bounded(bounded(domain, '>=', low), '<=', high) : domain;
    }
    const value = kind === 'AEXPR_OP' ? constant(rexpr) : null;
    return value === null ? domain : operator === '=' ? amongst(domain, [value]) : bounded(domain, operator, value);
  }
  if (kind === 'AEXPR_OP' && isColumn(rexpr)) {
    const value = constant(lexpr);
    return value === null ? domain : bounded(domain, MIRRORED[operator] ?? '', value);
  }
  return kind === 'AEXPR_OP' || kind === 'AEXPR_BETWEEN' ? sized(domain, operator, lexpr, kind === 'AEXPR_OP' ? rexpr : items[1]) : domain;
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function isColumn(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ('TypeCast' in node)
    return ['text', 'varchar'].includes(partsOf(node.TypeCast.typeName?.names).at(-1) ?? '') && isColumn(node.TypeCast.arg);
  return 'ColumnRef' in node;
}

function elementsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  if ('TypeCast' in node) return elementsOf(node.TypeCast.arg);
  return 'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []) : [];
}

function amongst(domain: Open, values: readonly Known[]): Open {
  const kept = domain.among === null ? values : domain.among.filter((one) => values.some(({ value }) => value === one.value));
  return { ...domain, among: kept };
}

/** Bounds include their ends: of whole numbers exactly, of others by the smallest step. */
function bounded(domain: Open, operator: string, { value }: Known): Open {
  if (typeof value !== 'number' || familyOf(domain.type) === 'text') return domain;
  const whole = domain.type.startsWith('int') && domain.type !== 'interval';
  const step = whole ? 1 : domain.type === 'date' ? 86_400_000 : Math.max(Math.abs(value) * 2 ** -52, Number.MIN_VALUE);
  switch (operator) {
    case '>':
      return { ...domain, low: Math.max(domain.low, value + step) };
    case '>=':
      return { ...domain, low: Math.max(domain.low, value) };
    case '<':
      return { ...domain, high: Math.min(domain.high, value - step) };
    case '<=':
      return { ...domain, high: Math.min(domain.high, value) };
    default:
      return domain;
  }
}

/** length(column) against a constant. */
function sized(domain: Open, operator: string, left: Node | undefined, right: Node | undefined): Open {
  if (left === undefined || right === undefined || !('FuncCall' in left) || !('A_Const' in right)) return domain;
  const name = partsOf(left.FuncCall.funcname).at(-1) ?? '';
  const length = right.A_Const.ival?.ival ?? (right.A_Const.ival === undefined ? undefined : 0);
  if (!['length', 'char_length', 'character_length'].includes(name) || !isColumn(left.FuncCall.args?.[0]) || length === undefined)
    return domain;
  switch (operator) {
    case '<':
      return { ...domain, longest: Math.min(domain.longest, length - 1) };
    case '<=':
    case 'BETWEEN':
      return { ...domain, longest: Math.min(domain.longest, length) };
    case '=':
      return { ...domain, longest: Math.min(domain.longest, length), shortest: Math.max(domain.shortest, length) };
    case '>':
      return { ...domain, shortest: Math.max(domain.shortest, length + 1) };
    case '>=':
      return { ...domain, shortest: Math.max(domain.shortest, length) };
    default:
      return domain;
  }
}

/** Each way in which the named columns are null, are not, or have one of few values; not split where that makes too many. */
export function cases(row: ReadonlyMap<string, Abstract>, names: Iterable<string>): readonly ReadonlyMap<string, Abstract>[] {
  let rows: ReadonlyMap<string, Abstract>[] = [new Map(row)];
  for (const name of names) {
    const value = row.get(name);
    if (value?.kind !== 'open') continue;
    const some: Abstract[] = value.among === null ? [{ ...value, nullable: false, truths: value.truths & 3 }] : [...value.among];
    if (value.nullable) some.unshift({ kind: 'null' });
    if (rows.length * some.length > MOST_CASES || some.length === 0) continue;
    // Columns that hold the same value hold it in every case.
    const same = [...row].filter(([, other]) => other.kind === 'open' && other.symbol === value.symbol).map(([key]) => key);
    rows = rows.flatMap((one) => {
      const split = one.get(name);
      return split?.kind === 'open' && split.symbol === value.symbol && split === value
        ? some.map((each) => new Map([...one, ...same.map((key): [string, Abstract] => [key, each])]))
        : [one];
    });
  }
  return rows;
}

const MOST_CASES = 256;
