import type { Node, TypeName } from 'libpg-query';
import type { Catalog, TypeRef } from '../catalog/catalog.ts';
import {
  FALSE,
  fault,
  keyOf,
  known,
  NULL,
  nothing,
  nullable,
  ofTruths,
  open,
  TRUE,
  truthsOf,
  type Abstract,
  type Truths,
} from './abstract.ts';
import { distinct, joined, nullness } from './compare.ts';
import { convert } from './convert.ts';
import { call, extreme } from './functions.ts';
import { expressionOf } from './inline.ts';
import { alike, operate } from './operators.ts';
import { and, not, or } from './truth.ts';

/** What names mean where an expression stands. */
export interface Scope {
  readonly catalog: Catalog;
  /** Of a reference to a column, its parts in order; null: some value. */
  readonly resolve: (parts: readonly string[]) => Abstract | null;
  /** Of $1 and so on inside of a function. */
  readonly parameter?: (number: number) => Abstract | null;
  /** How many functions it stands in. */
  readonly depth?: number;
}

/** What an expression may come out as: PostgreSQL's three-valued logic over what is known before anything runs. */
export function evaluate(node: Node | null | undefined, scope: Scope): Abstract {
  if (node === null || node === undefined) return nothing;
  if ('A_Const' in node) return constant(node.A_Const);
  if ('ColumnRef' in node) return scope.resolve(partsOf(node.ColumnRef.fields)) ?? open('unclear');
  if ('ParamRef' in node)
    return scope.parameter?.(node.ParamRef.number ?? 0) ?? open('unclear', { symbol: `$${node.ParamRef.number ?? 0}` });
  if ('CollateClause' in node) return evaluate(node.CollateClause.arg, scope);
  if ('TypeCast' in node) return cast(node.TypeCast.arg, node.TypeCast.typeName, scope);
  if ('BoolExpr' in node) return logical(node.BoolExpr.boolop ?? 'AND_EXPR', node.BoolExpr.args ?? [], scope);
  if ('A_Expr' in node) return expression(node.A_Expr, scope);
  if ('NullTest' in node) {
    const arg = evaluate(node.NullTest.arg, scope);
    if (arg.kind === 'fault') return arg;
    return ofTruths(node.NullTest.nulltesttype === 'IS_NOT_NULL' ? nullness(arg) : not(nullness(arg)));
  }
  if ('BooleanTest' in node) return booleanTest(node.BooleanTest.booltesttype ?? 'IS_TRUE', evaluate(node.BooleanTest.arg, scope));
  if ('CoalesceExpr' in node)
    return coalesce(
      (node.CoalesceExpr.args ?? []).map((arg) => evaluate(arg, scope)),
      scope.catalog,
    );
  if ('CaseExpr' in node) return conditional(node.CaseExpr, scope);
  if ('MinMaxExpr' in node) {
    return extreme(
      node.MinMaxExpr.op !== 'IS_LEAST',
      (node.MinMaxExpr.args ?? []).map((arg) => evaluate(arg, scope)),
    );
  }
  if ('A_ArrayExpr' in node) return { kind: 'array', items: (node.A_ArrayExpr.elements ?? []).map((item) => evaluate(item, scope)) };
  if ('FuncCall' in node) {
    const name = partsOf(node.FuncCall.funcname).at(-1) ?? '';
    const args = (node.FuncCall.args ?? []).map((arg) => evaluate(arg, scope));
    return call(name, args) ?? inlined(name, args, scope) ?? open('unclear');
  }
  if ('SQLValueFunction' in node) return valueFunction(node.SQLValueFunction.op ?? '');
  return open('unclear');
}

/** A function of the schema that is one SQL expression of its arguments; null: another one. */
function inlined(name: string, args: readonly Abstract[], { catalog, depth = 0 }: Scope): Abstract | null {
  const body = depth < MOST_CALLS ? expressionOf(name, args.length, catalog) : null;
  if (body === null) return null;
  const wrong = args.find(({ kind }) => kind === 'fault');
  if (wrong !== undefined) return wrong;
  if (body.strict && args.some(({ kind }) => kind === 'null')) return nothing;
  if (body.strict && args.some(nullable)) return open('unclear');
  const given = args.map((arg, i) => convert(arg, body.types[i] ?? { schema: '', name: 'unclear', mods: [], array: false }, catalog));
  const resolve = (parts: readonly string[]): Abstract | null => given[body.names.indexOf(parts.at(-1) ?? '')] ?? null;
  const parameter = (number: number): Abstract | null => given[number - 1] ?? null;
  return evaluate(body.expression, { catalog, resolve, parameter, depth: depth + 1 });
}

const MOST_CALLS = 8;

/** The names in a list of String nodes; `*` for a star. */
export function partsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => ('String' in node ? (node.String.sval ?? '') : '*'));
}

/** The type that a TypeName means, without a look into the catalog. */
export function typeOf(name: TypeName): TypeRef {
  const parts = partsOf(name.names);
  const mods = (name.typmods ?? []).map((mod) => ('A_Const' in mod ? (mod.A_Const.ival?.ival ?? 0) : 0));
  const schema = parts.length > 1 ? (parts[0] ?? '') : BARE.includes(parts[0] ?? '') ? 'pg_catalog' : '';
  return { schema, name: parts.at(-1) ?? '', mods, array: (name.arrayBounds ?? []).length > 0 };
}

const BARE = ['text', 'date', 'uuid', 'json', 'jsonb', 'bytea', 'timestamptz', 'int4', 'int8', 'int2', 'float4', 'float8', 'bool', 'oid'];

type Constant = Extract<Node, { A_Const: unknown }>['A_Const'];

function constant(value: Constant): Abstract {
  if (value.isnull === true) return nothing;
  if (value.sval !== undefined) return known(value.sval.sval ?? '', 'unknown');
  if (value.boolval !== undefined) return known(value.boolval.boolval ?? false, 'bool');
  if (value.ival !== undefined) return known(value.ival.ival ?? 0, 'int4');
  if (value.fval !== undefined) {
    const text = value.fval.fval ?? '0';
    return known(Number(text.replaceAll('_', '')), /^[-\d_]+$/.test(text) && Math.abs(Number(text)) < 2 ** 63 ? 'int8' : 'numeric');
  }
  return open('varbit', { nullable: false });
}

function cast(arg: Node | undefined, name: TypeName | undefined, scope: Scope): Abstract {
  const value = evaluate(arg, scope);
  return name === undefined ? value : convert(value, typeOf(name), scope.catalog, true);
}

function logical(operator: string, args: readonly Node[], scope: Scope): Abstract {
  const values = args.map((arg) => evaluate(arg, scope));
  const wrong = values.find(({ kind }) => kind === 'fault');
  const truths = values.filter(({ kind }) => kind !== 'fault').map(truthsOf);
  if (operator === 'NOT_EXPR') return wrong ?? ofTruths(not(truths[0] ?? NULL));
  const decisive = operator === 'AND_EXPR' ? FALSE : TRUE;
  if (wrong !== undefined) return truths.includes(decisive) ? ofTruths(decisive) : wrong;
  return ofTruths(truths.reduce(operator === 'AND_EXPR' ? and : or));
}

type Expression = Extract<Node, { A_Expr: unknown }>['A_Expr'];

function expression(node: Expression, scope: Scope): Abstract {
  const name = partsOf(node.name).at(-1) ?? '';
  const of = (arg: Node | undefined) => evaluate(arg, scope);
  const listed = () => (node.rexpr !== undefined && 'List' in node.rexpr ? (node.rexpr.List.items ?? []).map(of) : []);
  switch (node.kind) {
    case 'AEXPR_IN':
      return anyOf(name, of(node.lexpr), listed(), name === '<>', scope.catalog);
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const list = alike(of(node.rexpr), of(node.lexpr), scope.catalog)[0];
      if (list.kind === 'array') return anyOf(name, of(node.lexpr), list.items, node.kind === 'AEXPR_OP_ALL', scope.catalog);
      return list.kind === 'fault' || list.kind === 'null' ? list : open('bool');
    }
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN': {
      const [low = nothing, high = nothing] = listed();
      const value = of(node.lexpr);
      const both = [operate('>=', value, low, scope.catalog), operate('<=', value, high, scope.catalog)];
      const wrong = both.find(({ kind }) => kind === 'fault');
      const inside = both.map(truthsOf).reduce(and);
      return wrong ?? ofTruths(node.kind === 'AEXPR_BETWEEN' ? inside : not(inside));
    }
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const [a, b] = alike(of(node.lexpr), of(node.rexpr), scope.catalog);
      const wrong = [a, b].find(({ kind }) => kind === 'fault');
      return wrong ?? ofTruths(node.kind === 'AEXPR_DISTINCT' ? distinct(a, b) : not(distinct(a, b)));
    }
    case 'AEXPR_NULLIF': {
      const value = of(node.lexpr);
      const equal = truthsOf(operate('=', value, of(node.rexpr), scope.catalog));
      if (equal === TRUE) return nothing;
      if ((equal & TRUE) === 0) return value;
      return value.kind === 'known' ? open(value.type) : value.kind === 'open' ? open(value.type) : open('unclear');
    }
    case 'AEXPR_SIMILAR':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return open('bool');
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case undefined:
    default: {
      if (node.lexpr !== undefined) return operate(name, of(node.lexpr), of(node.rexpr), scope.catalog);
      return name === '-' ? operate('-', known(0, 'int4'), of(node.rexpr), scope.catalog) : of(node.rexpr);
    }
  }
}

function anyOf(name: string, value: Abstract, items: readonly Abstract[], all: boolean, catalog: Catalog): Abstract {
  const results = items.map((item) => operate(name, value, item, catalog));
  const wrong = results.find(({ kind }) => kind === 'fault');
  if (wrong !== undefined) return wrong;
  const truths: readonly Truths[] = results.map(truthsOf);
  return ofTruths(truths.reduce(all ? and : or, all ? TRUE : FALSE));
}

function booleanTest(test: string, value: Abstract): Abstract {
  if (value.kind === 'fault') return value;
  const truths = truthsOf(value);
  const wanted = test.endsWith('_TRUE') ? TRUE : test.endsWith('_FALSE') ? FALSE : NULL;
  const result = ((truths & wanted) !== 0 ? TRUE : 0) | ((truths & ~wanted) !== 0 ? FALSE : 0);
  return ofTruths(test.startsWith('IS_NOT') ? not(result) : result);
}

function coalesce(args: readonly Abstract[], catalog: Catalog): Abstract {
  const typed = args.map((arg) => args.reduce((value, other) => alike(value, other, catalog)[0], arg));
  const some: Abstract[] = [];
  for (const arg of typed) {
    if (arg.kind === 'fault' && some.length === 0) return arg;
    if (arg.kind !== 'null') some.push(arg);
    if (arg.kind !== 'null' && !nullable(arg)) break;
  }
  const [first] = some;
  if (first === undefined) return nothing;
  const type = first.kind === 'known' || first.kind === 'open' ? first.type : 'unclear';
  const symbol = `coalesce(${some.map(keyOf).join()})`;
  return joined(some, (facts) => open(type, { ...facts, nullable: some.every(nullable), symbol }));
}

type Case = Extract<Node, { CaseExpr: unknown }>['CaseExpr'];

function conditional(node: Case, scope: Scope): Abstract {
  const subject = node.arg === undefined ? null : evaluate(node.arg, scope);
  const results: Abstract[] = [];
  for (const branch of node.args ?? []) {
    if (!('CaseWhen' in branch)) continue;
    const test = evaluate(branch.CaseWhen.expr, scope);
    const condition = subject === null ? test : operate('=', subject, test, scope.catalog);
    if (condition.kind === 'fault') return results.length === 0 ? condition : fault(condition.code, condition.message);
    const truths = truthsOf(condition);
    if ((truths & TRUE) !== 0) results.push(evaluate(branch.CaseWhen.result, scope));
    if (truths === TRUE) return oneOf(results);
  }
  return oneOf([...results, evaluate(node.defresult, scope)]);
}

function oneOf(results: readonly Abstract[]): Abstract {
  const [first = nothing] = results;
  if (results.length === 1) return first;
  const wrong = results.find(({ kind }) => kind === 'fault');
  if (wrong !== undefined) return wrong;
  const typed = results.find(({ kind }) => kind === 'known' || kind === 'open');
  const type = typed?.kind === 'known' || typed?.kind === 'open' ? typed.type : 'unclear';
  if (type === 'bool') return ofTruths(results.map(truthsOf).reduce((all, one) => all | one));
  return joined(results, (facts) => open(type, facts));
}

function valueFunction(name: string): Abstract {
  if (name.startsWith('SVFOP_CURRENT_TIMESTAMP')) return known(0, 'timestamptz', true);
  if (name.startsWith('SVFOP_LOCALTIMESTAMP')) return known(0, 'timestamp', true);
  if (name === 'SVFOP_CURRENT_DATE') return known(0, 'date', true);
  return open('text', { nullable: false });
}
