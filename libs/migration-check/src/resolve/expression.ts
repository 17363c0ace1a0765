import type { A_ArrayExpr, A_Const, A_Indirection, CaseExpr, Node, SQLValueFunction, TypeCast } from 'libpg-query';
import type { TypeRef } from '../catalog/catalog.ts';
import type { Analysis, Typed } from './analysis.ts';
import { builtInFunctions, builtInType } from './built-ins.ts';
import { coerce, coerceToBoolean, coerceToCommon } from './coerce.ts';
import { columnReference } from './column-reference.ts';
import { compare } from './comparison.ts';
import { functionCall } from './function-call.ts';
import { operate } from './operate.ts';
import { refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { subLink } from './sub-link.ts';
import { builtIn, keyOf, refOf, typeText, UNKNOWN } from './type-system.ts';

const BOOL = builtIn('bool');

/** An expression, as `transformExpr` of parse_expr.c. What is not known is looked through for the names in it. */
export function expression(analysis: Analysis, scope: Scope, node: Node): Typed {
  const of = (one: Node): Typed => analysis.expression(scope, one);
  if ('A_Const' in node) return constant(node.A_Const);
  if ('ColumnRef' in node) return columnReference(analysis, scope, node.ColumnRef);
  if ('ParamRef' in node) return analysis.parameter(node.ParamRef.number ?? 0);
  if ('A_Expr' in node) return compare(analysis, scope, node.A_Expr);
  if ('FuncCall' in node) return functionCall(analysis, scope, node.FuncCall);
  if ('TypeCast' in node) return cast(analysis, scope, node.TypeCast);
  if ('SubLink' in node) return subLink(analysis, scope, node.SubLink);
  if ('BoolExpr' in node) return boolean(analysis, (node.BoolExpr.args ?? []).map(of));
  if ('NullTest' in node) return tested(analysis, scope, node.NullTest.arg);
  if ('BooleanTest' in node) return tested(analysis, scope, node.BooleanTest.arg);
  if ('CoalesceExpr' in node) return coalesce(analysis, scope, node.CoalesceExpr.args ?? []);
  if ('CaseExpr' in node) return choice(analysis, scope, node.CaseExpr);
  if ('MinMaxExpr' in node) return common(analysis, (node.MinMaxExpr.args ?? []).map(of), 'GREATEST or LEAST');
  if ('A_ArrayExpr' in node) return array(analysis, scope, node.A_ArrayExpr);
  if ('RowExpr' in node) return rowOf((node.RowExpr.args ?? []).map(of));
  if ('A_Indirection' in node) return indirection(analysis, scope, node.A_Indirection);
  if ('SQLValueFunction' in node) return moment(node.SQLValueFunction);
  if ('CollateClause' in node && node.CollateClause.arg) return collate(analysis, of(node.CollateClause.arg));
  if ('NamedArgExpr' in node && node.NamedArgExpr.arg) return of(node.NamedArgExpr.arg);
  if ('GroupingFunc' in node) return { type: builtIn('int4'), nullable: false };
  if ('MergeSupportFunc' in node) return { type: builtIn('text'), nullable: false };
  if ('SetToDefault' in node) return { type: UNKNOWN, nullable: true };
  return looked(analysis, scope, node);
}

function constant({ isnull, ival, fval, boolval, sval, bsval }: A_Const): Typed {
  if (isnull === true) return { type: UNKNOWN, nullable: true };
  if (ival !== undefined) return { type: builtIn('int4'), nullable: false };
  if (boolval !== undefined) return { type: BOOL, nullable: false };
  if (bsval !== undefined) return { type: builtIn('bit'), nullable: false };
  if (sval !== undefined) return { type: UNKNOWN, literal: sval.sval ?? '', nullable: false };
  const text = (fval?.fval ?? '0').replaceAll('_', '');
  const whole = /^\d+$/.test(text) && BigInt(text) < 2n ** 63n;
  return { type: builtIn(whole ? 'int8' : 'numeric'), nullable: false };
}

function cast(analysis: Analysis, scope: Scope, { arg, typeName }: TypeCast): Typed {
  const target = analysis.types.named(typeName ?? {});
  analysis.meansType(target);
  if (arg === undefined) return { type: target, nullable: true };
  if ('A_ArrayExpr' in arg && target.array) {
    const element = refOf(keyOf(target).slice(1));
    for (const one of arg.A_ArrayExpr.elements ?? []) {
      const typed = analysis.expression(scope, one);
      if (coerce(analysis, typed, element, 'e') === null) cannotCast(typed, element);
    }
    return { type: analysis.known(target), nullable: false };
  }
  const typed = analysis.expression(scope, arg);
  return coerce(analysis, typed, analysis.known(target), 'e') ?? cannotCast(typed, target);
}

function cannotCast({ type }: Typed, target: TypeRef): never {
  return refuse('42846', `cannot cast type ${type === null ? '?' : typeText(type)} to ${typeText(target)}`);
}

function boolean(analysis: Analysis, args: readonly Typed[]): Typed {
  for (const arg of args) coerceToBoolean(analysis, arg, 'AND, OR or NOT');
  return { type: BOOL, nullable: args.some(({ nullable }) => nullable) };
}

/** IS NULL, IS TRUE and the like. */
function tested(analysis: Analysis, scope: Scope, arg: Node | undefined): Typed {
  if (arg !== undefined) analysis.safely(() => analysis.expression(scope, arg));
  return { type: BOOL, nullable: false };
}

function common(analysis: Analysis, args: readonly Typed[], what: string): Typed {
  return { type: coerceToCommon(analysis, args, what), nullable: args.every(({ nullable }) => nullable) };
}

/** The last one decides: where it may be null, so may the whole. */
function coalesce(analysis: Analysis, scope: Scope, args: readonly Node[]): Typed {
  const typed = args.map((arg) => analysis.safely(() => analysis.expression(scope, arg)));
  return common(analysis, typed, 'COALESCE');
}

function choice(analysis: Analysis, scope: Scope, { arg, args = [], defresult }: CaseExpr): Typed {
  const given = arg === undefined ? null : analysis.expression(scope, arg);
  const subject = given?.type === UNKNOWN ? coerce(analysis, given, builtIn('text'), 'i') : given;
  const results: Typed[] = [];
  // What an earlier WHEN … IS NULL has answered for is not null in the branches after it.
  const answered = new Set<string | null>();
  const branch = (node: Node, tested: ReadonlySet<string | null>): Typed =>
    columnText(node) !== null && tested.has(columnText(node))
      ? analysis.safely(() => analysis.expression(scope, node))
      : analysis.expression(scope, node);
  for (const one of args) {
    if (!('CaseWhen' in one) || one.CaseWhen.expr === undefined || one.CaseWhen.result === undefined) continue;
    const condition = analysis.expression(scope, one.CaseWhen.expr);
    if (subject === null) coerceToBoolean(analysis, condition, 'CASE/WHEN');
    else operate(analysis, '=', subject, condition);
    // CASE false WHEN total IS NULL … answers for the opposite.
    const test = arg === undefined && 'NullTest' in one.CaseWhen.expr ? one.CaseWhen.expr.NullTest : null;
    const column = test?.arg === undefined ? null : columnText(test.arg);
    results.push(branch(one.CaseWhen.result, test?.nulltesttype === 'IS_NOT_NULL' ? new Set([...answered, column]) : answered));
    if (test?.nulltesttype === 'IS_NULL') answered.add(column);
  }
  const otherwise = defresult === undefined ? { type: UNKNOWN, nullable: true } : branch(defresult, answered);
  const all = [otherwise, ...results];
  return { type: coerceToCommon(analysis, all, 'CASE'), nullable: all.some(({ nullable }) => nullable) };
}

/** A column as it is named, for comparison; null: it is none. */
const columnText = (node: Node): string | null =>
  'ColumnRef' in node ? JSON.stringify(node.ColumnRef.fields, (key, value: unknown) => (key === 'location' ? undefined : value)) : null;

function array(analysis: Analysis, scope: Scope, { elements = [] }: A_ArrayExpr): Typed {
  const typed = elements.map((one) => analysis.expression(scope, one));
  if (typed.length === 0) refuse('42P18', 'cannot determine type of empty array');
  const element = coerceToCommon(analysis, typed, 'ARRAY');
  return { type: element === null ? null : { ...element, array: true }, nullable: false };
}

export function rowOf(row: readonly Typed[]): Typed {
  return { type: builtIn('record'), row, nullable: false };
}

/** `(row).field`, `array[1]`, `(row).*` is not for here. */
function indirection(analysis: Analysis, scope: Scope, { arg, indirection: steps = [] }: A_Indirection): Typed {
  if (arg === undefined) return { type: null, nullable: true };
  let typed = analysis.expression(scope, arg);
  const slices = steps.some((step) => 'A_Indices' in step && step.A_Indices.is_slice === true);
  for (const step of steps) {
    if ('String' in step) typed = fieldOf(analysis, typed, step.String.sval ?? '');
    if (!('A_Indices' in step)) continue;
    for (const index of [step.A_Indices.lidx, step.A_Indices.uidx]) if (index !== undefined) analysis.expression(scope, index);
    typed = { type: slices ? typed.type : elementOf(analysis, typed.type), nullable: true };
  }
  return typed;
}

function elementOf({ types }: Analysis, type: TypeRef | null): TypeRef | null {
  if (type === null || types.base(keyOf(type)) === 'jsonb') return type;
  const element = types.element(keyOf(type));
  return element === null
    ? refuse('42804', `cannot subscript type ${typeText(type)} because it does not support subscripting`)
    : refOf(element);
}

/** Of a composite value; null: they are not known. */
export function fieldNames({ types }: Analysis, { type }: Typed): readonly string[] | null {
  return type === null ? null : (types.fields(keyOf(type))?.map(({ name }) => name) ?? null);
}

export function fieldOf(analysis: Analysis, { type }: Typed, name: string): Typed {
  const fields = type === null ? null : analysis.types.fields(keyOf(type));
  const called = builtInType(name) !== undefined || builtInFunctions(name).length > 0;
  if (type !== null && fields === null && keyOf(type) !== 'record' && !called) {
    refuse('42809', `column notation .${name} applied to type ${typeText(type)}, which is not a composite type`);
  }
  if (fields === null || type === null) return { type: null, nullable: true };
  const field = fields.find((one) => one.name === name);
  return field === undefined
    ? refuse('42703', `column "${name}" not found in data type ${typeText(type)}`)
    : { type: analysis.known(field.type), nullable: true };
}

function collate(analysis: Analysis, typed: Typed): Typed {
  return typed.type === UNKNOWN ? (coerce(analysis, typed, builtIn('text'), 'i') ?? typed) : { type: typed.type, nullable: typed.nullable };
}

function moment({ op = 'SVFOP_CURRENT_TIMESTAMP' }: SQLValueFunction): Typed {
  const name = op.replace(/^SVFOP_/, '').replace(/_N$/, '');
  const types: Record<string, string> = {
    ...{ CURRENT_DATE: 'date', CURRENT_TIME: 'timetz', CURRENT_TIMESTAMP: 'timestamptz', LOCALTIME: 'time', LOCALTIMESTAMP: 'timestamp' },
  };
  return { type: builtIn(types[name] ?? 'name'), nullable: false };
}

/** XML and SQL/JSON functions: the names in them count. */
function looked(analysis: Analysis, scope: Scope, node: Node): Typed {
  lookInto(analysis, scope, Object.values(node)[0]);
  return { type: jsonType(analysis, node), nullable: true };
}

function jsonType({ types }: Analysis, node: Node): TypeRef | null {
  if ('JsonIsPredicate' in node) return BOOL;
  const { output, op } = 'JsonFuncExpr' in node ? node.JsonFuncExpr : { output: undefined, op: undefined };
  if (output?.typeName !== undefined) return types.named(output.typeName);
  const results = { JSON_EXISTS_OP: 'bool', JSON_QUERY_OP: 'jsonb', JSON_VALUE_OP: 'text', JSON_TABLE_OP: 'jsonb' };
  return op === undefined ? null : builtIn(results[op]);
}

const EXPRESSIONS = new Set([
  'A_Const',
  'ColumnRef',
  'ParamRef',
  'A_Expr',
  'FuncCall',
  'TypeCast',
  'SubLink',
  'BoolExpr',
  'NullTest',
  'CaseExpr',
]);
const MORE = new Set(['CoalesceExpr', 'MinMaxExpr', 'A_ArrayExpr', 'RowExpr', 'A_Indirection', 'SQLValueFunction', 'CollateClause']);

function lookInto(analysis: Analysis, scope: Scope, value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  const [key = ''] = Object.keys(value);
  if (EXPRESSIONS.has(key) || MORE.has(key)) {
    const typed = analysis.expression(scope, value as Node);
    if (typed.parameter !== undefined) coerce(analysis, typed, null, 'i');
    return;
  }
  for (const inner of Object.values(value)) lookInto(analysis, scope, inner);
}
