import type { Node } from 'libpg-query';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import { relationAt } from '../catalog/lookup.ts';
import { familyOf, type Abstract, type Fault, fault, TRUE, truthsOf } from '../evaluate/abstract.ts';
import { nameOf } from '../evaluate/convert.ts';
import { cases, columnsIn, conjuncts } from '../evaluate/domain.ts';
import { evaluate, partsOf, type Scope, typeOf } from '../evaluate/evaluate.ts';
import { as } from '../sql/node.ts';
import { PICKY } from '../evaluate/hazard.ts';
import { isTested } from '../evaluate/tested.ts';
import type { StandingRow, StandingRows } from './standing-rows.ts';

/** One row of a FROM. */
export interface Part {
  readonly alias: string;
  readonly relation: Relation;
  readonly row: StandingRow;
}

/** A combination of rows that a query goes through, with what its columns hold, by `alias.column`. */
export interface Reached {
  readonly parts: readonly Part[];
  readonly values: ReadonlyMap<string, Abstract>;
  readonly scope: Scope;
}

const MOST = 64;

/** What a FROM gives, and the conditions of its joins. null: it is more than inner joins of tables of which the rows are known. */
export function partsOfFrom(
  from: readonly Node[],
  now: Catalog,
  rows: StandingRows,
): { readonly combinations: readonly (readonly Part[])[]; readonly conditions: readonly Node[] } | null {
  let combinations: readonly (readonly Part[])[] = [[]];
  const conditions: Node[] = [];
  const pending = [...from];
  for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
    const join = as('JoinExpr', item);
    if (join !== undefined) {
      if (join.jointype !== 'JOIN_INNER' || join.usingClause !== undefined || join.isNatural === true || join.alias !== undefined)
        return null;
      if (join.quals !== undefined) conditions.push(...conjuncts(join.quals));
      pending.unshift(...[join.larg, join.rarg].flatMap((side) => side ?? []));
      continue;
    }
    const range = as('RangeVar', item);
    const relation = relationAt(now, range);
    const some = relation === undefined ? null : rows.of(relation, now);
    if (range === undefined || relation === undefined || some === null) return null;
    const alias = range.alias?.aliasname ?? range.relname ?? '';
    combinations = combinations.flatMap((parts) => some.map((row) => [...parts, { alias, relation, row }])).slice(0, MOST);
  }
  return { combinations, conditions };
}

/** Each way in which the columns that `expressions` name are null or not, where the conditions surely hold. */
export function reached(
  parts: readonly Part[],
  conditions: readonly Node[],
  expressions: readonly (Node | undefined)[],
  now: Catalog,
): readonly (Reached | Fault)[] {
  const all = valuesOf(parts);
  const names = columnsIn([...conditions, ...expressions]);
  const keys = [...all.keys()].filter((key) => names.has(key.slice(key.indexOf('.') + 1)));
  return cases(all, keys).flatMap((values): readonly (Reached | Fault)[] => {
    const scope = scopeOf(values, now);
    if (!standsByItself(parts, values, now)) return [];
    const wrong = conditions.flatMap((condition) => failureOf(condition, scope, parts) ?? []);
    const rest = conditions.filter((condition) => failureOf(condition, scope, parts) === null);
    if (!rest.every((condition) => holds(condition, scope))) return [];
    return [wrong[0] ?? { parts, values, scope }];
  });
}

export function valuesOf(parts: readonly Part[]): ReadonlyMap<string, Abstract> {
  return new Map(
    parts.flatMap(({ alias, relation, row }) =>
      relation.columns.flatMap(({ id, name }): [string, Abstract][] => {
        const value = row.values.get(id);
        return value === undefined ? [] : [[`${alias}.${name}`, value]];
      }),
    ),
  );
}

export function scopeOf(values: ReadonlyMap<string, Abstract>, catalog: Catalog): Scope {
  const resolve = (parts: readonly string[]): Abstract | null => {
    const last = parts.at(-1) ?? '';
    if (parts.length > 1) return values.get(`${parts.at(-2) ?? ''}.${last}`) ?? null;
    const [one] = [...values].filter(([key]) => key.endsWith(`.${last}`));
    return one?.[1] ?? null;
  };
  return { catalog, resolve };
}

/** A case that the table's own constraints refuse is none. */
function standsByItself(parts: readonly Part[], values: ReadonlyMap<string, Abstract>, now: Catalog): boolean {
  return parts.every(({ alias, relation }) =>
    relation.constraints.every(({ kind, expression, enforced, validated }) => {
      if (kind !== 'check' || expression === null || !enforced || !validated) return true;
      const own = new Map([...values].filter(([key]) => key.startsWith(`${alias}.`)));
      const value = evaluate(expression, scopeOf(own, now));
      return value.kind !== 'known' || value.value !== false;
    }),
  );
}

/** Surely true; that a join finds a row, and that a range of keys has one, is taken for granted. */
function holds(condition: Node, scope: Scope): boolean {
  const value = evaluate(condition, scope);
  const truths = truthsOf(value);
  if (truths === TRUE) return true;
  if ((truths & TRUE) === 0 || value.kind === 'fault' || /"(SubLink|FuncCall)"/.test(JSON.stringify(condition))) return false;
  const test = as('A_Expr', condition);
  const operator = partsOf(test?.name).at(-1) ?? '';
  const sides = [test?.lexpr, test?.rexpr].map((side) => as('ColumnRef', side));
  if (operator === '=' && sides.every((side) => side !== undefined)) return true;
  if (test?.kind !== 'AEXPR_BETWEEN' && !['<', '<=', '>', '>='].includes(operator)) return false;
  const refs = sides.flatMap((side) => (side === undefined ? [] : (scope.resolve(partsOf(side.fields)) ?? [])));
  return refs.length === 1 && refs.every((one) => one.kind === 'open' && one.fresh);
}

/** Errors that lie in the data; those of types are found where names are resolved. */
const OF_DATA = /^(22|23)/;

/** The error that an expression surely raises, or for a text of which nobody knows that it has the form. */
export function failureOf(node: Node | undefined, scope: Scope, parts: readonly Part[]): Fault | null {
  const value = evaluate(node, scope);
  if (value.kind === 'fault') return OF_DATA.test(value.code) ? value : null;
  return node === undefined ? null : wildCast(node, scope, parts);
}

function wildCast(node: Node, scope: Scope, parts: readonly Part[]): Fault | null {
  const inner: readonly (Node | undefined)[] = innerOf(node);
  const cast = as('TypeCast', node);
  if (cast?.typeName !== undefined) {
    const value = evaluate(cast.arg, scope);
    const type = typeOf(cast.typeName);
    const isFree = value.kind === 'open' && value.among === null && familyOf(value.type) === 'text';
    const names = columnsIn(cast.arg);
    const tested = parts.some(({ relation }) => [...names].some((name) => isTested(relation, name)));
    if (isFree && names.size > 0 && !type.array && PICKY.has(familyOf(type.name)) && !tested)
      return fault('22P02', `invalid input syntax for type ${nameOf(type.name)}, as any text may stand in ${[...names].join(', ')}`);
  }
  for (const one of inner) {
    const found = one === undefined ? null : wildCast(one, scope, parts);
    if (found !== null) return found;
  }
  return null;
}

/** What is computed in any case. */
function innerOf(node: Node): readonly (Node | undefined)[] {
  if ('TypeCast' in node) return [node.TypeCast.arg];
  if ('A_Expr' in node && (node.A_Expr.kind === 'AEXPR_OP' || node.A_Expr.kind === 'AEXPR_NULLIF'))
    return [node.A_Expr.lexpr, node.A_Expr.rexpr];
  if ('CoalesceExpr' in node) return (node.CoalesceExpr.args ?? []).slice(0, 1);
  return 'FuncCall' in node ? (node.FuncCall.args ?? []) : [];
}
