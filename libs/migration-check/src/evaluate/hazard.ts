import type { FuncCall, Node } from 'libpg-query';
import { all, as, stringsOf, walk, within } from '../sql/node.ts';
import { familyOf, type Abstract } from './abstract.ts';
import { columnsIn } from './domain.ts';
import { evaluate, typeOf, type Scope } from './evaluate.ts';

/** An error that an expression may raise. */
export interface Hazard {
  readonly message: string;
  /** Columns on whose values it depends; those of which the value is not known, where there are such. */
  readonly columns: readonly string[];
}

const MOST: Readonly<Record<string, number>> = { int2: 32_767, int4: 2_147_483_647, int8: 2 ** 63 };
/** Families of types that not every text is one of. */
export const PICKY: ReadonlySet<string> = new Set(['number', 'time', 'interval', 'bool', 'uuid']);

/**
 * Errors that depend on values. A column that a CASE, AND or OR has looked at before counts as tested there, as do those in `tested`; subqueries over
 * tables are left out. https://www.postgresql.org/docs/18/functions-math.html
 */
export function hazardsOf(node: unknown, scope: Scope, tested: ReadonlySet<string> = new Set()): readonly Hazard[] {
  const found: Hazard[] = [];
  const add = (message: string, of: unknown): void => {
    const refs = within('ColumnRef', of).map(({ fields }) => ({ fields, name: stringsOf(fields).at(-1) ?? '' }));
    const open = refs.filter(({ fields }) => scope.resolve(stringsOf(fields))?.kind === 'open');
    const columns = [...new Set((open.length > 0 ? open : refs).map(({ name }) => name))];
    if (columns.length > 0 && !columns.some((name) => tested.has(name))) found.push({ message, columns });
  };
  walk(node, (kind, body) => {
    const one = { [kind]: body } as unknown as Node;
    if ('SelectStmt' in one && one.SelectStmt.fromClause !== undefined) return false;
    if ('CaseExpr' in one || 'BoolExpr' in one) {
      found.push(...inOrder(one, scope, tested));
      return false;
    }
    if ('A_Expr' in one) {
      const { name, kind: form, lexpr, rexpr } = one.A_Expr;
      const operator = form === 'AEXPR_OP' ? (stringsOf(name).at(-1) ?? '') : '';
      if ((operator === '/' || operator === '%') && mayBeZero(rexpr, scope)) add('division by zero', rexpr);
      if (
        lexpr !== undefined &&
        ['*', '+', '-'].includes(operator) &&
        mayOverflow(operator, evaluate(lexpr, scope), evaluate(rexpr, scope))
      )
        add('a number out of range', [lexpr, rexpr]);
    }
    if ('FuncCall' in one) for (const message of ofCall(one.FuncCall, scope)) add(message, one.FuncCall.args);
    if ('TypeCast' in one) {
      const { arg, typeName } = one.TypeCast;
      const isPicky = arg !== undefined && typeName !== undefined && PICKY.has(familyOf(typeOf(typeName).name));
      if (isPicky && evaluate(arg, scope).kind === 'open' && within('ColumnRef', arg).some((column) => isAnyText(column.fields, scope)))
        add('an error for a text that is no such value', arg);
    }
    return undefined;
  });
  return found;
}

/** CASE, AND and OR: what stands behind a test of a column is asked only after it. */
function inOrder(node: Node, scope: Scope, tested: ReadonlySet<string>): readonly Hazard[] {
  const branch = as('CaseExpr', node);
  const parts: readonly unknown[] =
    branch === undefined
      ? (as('BoolExpr', node)?.args ?? [])
      : [branch.arg, ...all('CaseWhen', branch.args).flatMap(({ expr, result }) => [expr, result]), branch.defresult];
  let known = tested;
  return parts.flatMap((part) => {
    const found = hazardsOf(part, scope, known);
    known = new Set([...known, ...columnsIn(part)]);
    return found;
  });
}

function ofCall({ funcname, args = [] }: FuncCall, scope: Scope): readonly string[] {
  const [first, second] = args;
  const value = evaluate(first, scope);
  const name = stringsOf(funcname).at(-1) ?? '';
  if (name === 'mod' || name === 'div') return mayBeZero(second, scope) ? ['division by zero'] : [];
  if (!isNumber(value)) return [];
  if (name === 'sqrt') return lowOf(value) < 0 ? ['cannot take square root of a negative number'] : [];
  return LOGARITHMS.has(name) && lowOf(value) <= 0 ? ['cannot take logarithm of zero or of a negative number'] : [];
}

const LOGARITHMS = new Set(['ln', 'log', 'log10']);

function mayBeZero(node: Node | undefined, scope: Scope): boolean {
  if (node === undefined || within('A_Expr', node).some(({ kind }) => kind === 'AEXPR_NULLIF') || within('SubLink', node).length > 0)
    return false;
  const value = evaluate(node, scope);
  if (value.kind === 'known') return value.value === 0;
  if (value.kind !== 'open' || value.fresh || !isNumber(value)) return false;
  return value.among === null ? value.low <= 0 && value.high >= 0 : value.among.some((one) => one.value === 0);
}

/** What is not known by its type may be a number. */
function isNumber(value: Abstract): boolean {
  return (value.kind === 'open' || value.kind === 'known') && (value.type === 'unclear' || familyOf(value.type) === 'number');
}

function lowOf(value: Abstract): number {
  if (value.kind === 'known') return typeof value.value === 'number' ? value.value : Infinity;
  return value.kind === 'open' && !value.fresh ? value.low : Infinity;
}

/** Of whole numbers of which one is any: the widest of both types is that of the result. */
function mayOverflow(operator: string, a: Abstract, b: Abstract): boolean {
  if (a.kind !== 'open' && b.kind !== 'open') return false;
  const ends = [a, b].map((one): readonly [number, number] | null => {
    if (one.kind === 'known') return typeof one.value === 'number' && one.type in MOST ? [one.value, one.value] : null;
    return one.kind === 'open' && one.type in MOST && !one.fresh ? [one.low, one.high] : null;
  });
  const most = Math.max(...[a, b].map((one) => (one.kind === 'known' || one.kind === 'open' ? (MOST[one.type] ?? 0) : 0)));
  const [left = null, right = null] = ends;
  if (left === null || right === null) return false;
  const results = left.flatMap((x) => right.map((y) => (operator === '*' ? x * y : operator === '+' ? x + y : x - y)));
  return results.some((result) => result > most || result < -most - 1);
}

function isAnyText(fields: readonly Node[] | undefined, scope: Scope): boolean {
  const value = scope.resolve(stringsOf(fields));
  return value?.kind === 'open' && value.among === null && (familyOf(value.type) === 'text' || ['json', 'jsonb'].includes(value.type));
}
