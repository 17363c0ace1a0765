import { type Node, parseSync } from 'libpg-query';
import type { Routine, TypeRef } from '../catalog/catalog.ts';
import type { Analysis, Typed } from './analysis.ts';
import { builtInFunctions, builtInType, type Signature, type TypeKey } from './built-ins.ts';
import { choose, matching } from './candidates.ts';
import { coerce } from './coerce.ts';
import { canCoerce, instantiate, isPolymorphic, type Polymorphic, polymorphicOf } from './coercion.ts';
import { refuse } from './refusal.ts';
import { keyOf, refOf, UNKNOWN } from './type-system.ts';

export interface Call {
  readonly type: TypeRef | null;
  /** null: the name alone says nothing certain (an extension's, or types that are not known). */
  readonly signature: Signature | null;
}

/** Where in the search path it stands. */
interface Placed extends Signature {
  readonly place: number;
  /** There is another one like it. */
  readonly twice?: boolean;
}

interface Given {
  readonly schema: string | null;
  readonly name: string;
  readonly args: readonly Typed[];
  /** Some arguments are given by name, so that their places are not known. */
  readonly byName: boolean;
  /** VARIADIC array. */
  readonly variadic: boolean;
}

/** The function that a call means. Throws 42883 where there is none. */
export function call(analysis: Analysis, given: Given): Call {
  const { schema, name, args } = given;
  const all = signaturesOf(analysis, schema, name);
  const fitting = unshadowed(all.flatMap((signature) => expand(signature, args.length, given.variadic)));
  if (given.byName || args.some(({ type }) => type === null)) return uncertain(analysis, given, given.byName ? all : fitting, all);
  const keys = args.map(({ type }) => keyOf(type ?? UNKNOWN));
  const chosen =
    fitting.find((one) => String(one.args) === String(keys)) ?? castTo(analysis, given, keys) ?? select(analysis, given, keys, fitting);
  if (chosen === null) return undefinedCall(analysis, given, keys, all);
  const meaning = settled(analysis, chosen, keys);
  for (const [i, arg] of args.entries()) {
    const target = chosen.args[i] === 'any' ? 'text' : instantiate(chosen.args[i] ?? '', meaning);
    if (arg.type === UNKNOWN) coerce(analysis, arg, target === null ? null : refOf(target), 'i');
  }
  if (chosen.twice === true) refuse('42725', `function ${name}(${keys.join(', ')}) is not unique`);
  if (chosen.routine !== null) analysis.routines.add(chosen.routine);
  const returns = chosen.returns === null ? null : instantiate(chosen.returns, meaning);
  return { type: returns === null ? null : analysis.known(refOf(returns)), signature: chosen };
}

/** Where nothing but untyped arguments say what a polymorphic type is. Throws 42804. */
function settled({ types }: Analysis, { args }: Signature, keys: readonly TypeKey[]): Polymorphic {
  const { element, compatible } = polymorphicOf(types, args, keys) ?? { element: null, compatible: null };
  const open = args.filter((arg, i) => isPolymorphic(arg) && !arg.startsWith('anycompatible') && keys[i] === 'unknown');
  const asked = args.filter((arg) => isPolymorphic(arg) && !arg.startsWith('anycompatible'));
  if (element === null && open.length > 0 && open.length === asked.length) {
    refuse('42804', 'could not determine polymorphic type because input has type unknown');
  }
  return { element, compatible: compatible ?? 'text' };
}

function signaturesOf({ catalog, types }: Analysis, schema: string | null, name: string): readonly Placed[] {
  const own = schema === null || schema === 'pg_catalog' ? builtInFunctions(name) : [];
  const path = schema === null ? types.searchPath : [schema];
  const routines = path.flatMap((one, place) =>
    [...catalog.routines.values()].flatMap((routine) =>
      routine.name === name && routine.schema === one ? [{ ...signatureOf(routine), place }] : [],
    ),
  );
  return [...own.map((signature) => ({ ...signature, place: -1 })), ...routines];
}

/** A call with this many arguments, if it can have so many. */
function expand(signature: Placed, count: number, asArray: boolean): readonly Placed[] {
  const { args, defaults, variadic } = signature;
  if (args.length === count && (!variadic || asArray)) return [signature];
  if (args.length > count && args.length - defaults <= count && (!variadic || asArray))
    return [{ ...signature, args: args.slice(0, count) }];
  const fixed = args.length - 1;
  if (!variadic || asArray || count < fixed) return [];
  const last = args.at(-1) ?? 'any';
  const element =
    last === 'any' ? 'any' : last === 'anyarray' ? 'anyelement' : last === 'anycompatiblearray' ? 'anycompatible' : last.replace(/^_/, '');
  if (count === fixed && signature.kind === 'function') return [];
  return [{ ...signature, args: [...args.slice(0, fixed), ...Array<TypeKey>(count - fixed).fill(element)] }];
}

/** Of several with the same arguments the first in the search path; two of one schema are one too many, if it is called. */
function unshadowed(signatures: readonly Placed[]): readonly Placed[] {
  const seen = new Map<string, Placed>();
  for (const one of signatures) {
    const key = String(one.args);
    const before = seen.get(key);
    const prefer = before === undefined || (before.place === one.place && before.variadic && !one.variadic);
    if (prefer) seen.set(key, one);
    else if (before.place === one.place && before.variadic === one.variadic) seen.set(key, { ...before, twice: true });
  }
  return [...seen.values()];
}

/** `date(x)`, `text(x)`: a type's name with one argument is a cast, where an exact function is missing. */
function castTo({ types }: Analysis, { schema, name, args }: Given, [key = '']: readonly TypeKey[]): Placed | null {
  if (args.length !== 1 || schema !== null || builtInType(name) === undefined) return null;
  if (key !== 'unknown' && !(types.base(key) === name || canCoerce(types, key, name, 'e'))) return null;
  return { args: [name], returns: name, kind: 'function', set: false, variadic: false, defaults: 0, columns: [], routine: null, place: -1 };
}

function select({ types }: Analysis, { name }: Given, keys: readonly TypeKey[], fitting: readonly Placed[]): Placed | null {
  const fit = matching(types, keys, fitting);
  if (fit.length <= 1) return fit[0] ?? null;
  const plain = fit.filter(({ variadic }) => !variadic);
  return choose(types, keys, plain.length > 0 ? plain : fit) ?? refuse('42725', `function ${name}(${keys.join(', ')}) is not unique`);
}

function undefinedCall(analysis: Analysis, { name, args }: Given, keys: readonly TypeKey[], all: readonly Signature[]): Call {
  const { types } = analysis;
  // An extension without types has no reason to overload a function of PostgreSQL.
  const mayBeOther = all.length === 0 ? types.isExtended() : types.hasOtherTypes();
  if (mayBeOther && all.every(({ routine }) => routine === null)) {
    for (const arg of args) if (arg.type === UNKNOWN) coerce(analysis, arg, null, 'i');
    return { type: null, signature: null };
  }
  return refuse('42883', `function ${name}(${keys.join(', ')}) does not exist`);
}

function uncertain(analysis: Analysis, given: Given, fitting: readonly Signature[], all: readonly Signature[]): Call {
  const { args, name } = given;
  if (fitting.length === 0 && !given.byName)
    undefinedCall(
      analysis,
      given,
      args.map(() => 'unknown'),
      all,
    );
  const usable = given.byName
    ? fitting
    : fitting.filter((one) =>
        one.args.every((arg, i) => args[i]?.type == null || canCoerce(analysis.types, keyOf(args[i].type), arg, 'i')),
      );
  if (usable.length === 0 && all.length > 0) undefinedCall(analysis, given, [name], all);
  for (const arg of args) if (arg.parameter !== undefined) coerce(analysis, arg, null, 'i');
  for (const { routine } of usable) if (routine !== null) analysis.routines.add(routine);
  const [first] = usable;
  const alike = first !== undefined && usable.every(({ returns }) => returns === first.returns);
  const certain = alike && first.returns !== null && !isPolymorphic(first.returns) ? analysis.known(refOf(first.returns)) : null;
  return { type: certain, signature: first ?? null };
}

/** Of a routine of the catalog; what the catalog does not say is read from its CREATE. */
export function signatureOf({ id, kind, arguments: args, returns, source }: Routine): Signature {
  const { defaults, variadic, set, columns } = declarationOf(source);
  return {
    args: args.map(keyOf),
    returns: returns === null || typeof returns === 'string' ? (returns === 'table' ? 'record' : null) : keyOf(returns),
    kind,
    set: set || returns === 'table',
    variadic,
    defaults,
    columns,
    routine: id,
  };
}

function declarationOf(source: string): Pick<Signature, 'defaults' | 'variadic' | 'set' | 'columns'> {
  const nothing = { defaults: 0, variadic: false, set: false, columns: [] };
  const node = tryParse(source);
  if (node === null || !('CreateFunctionStmt' in node)) return nothing;
  const { parameters = [], returnType } = node.CreateFunctionStmt;
  const all = parameters.flatMap((one) => ('FunctionParameter' in one ? [one.FunctionParameter] : []));
  return {
    defaults: all.filter(({ defexpr }) => defexpr !== undefined).length,
    variadic: all.some(({ mode }) => mode === 'FUNC_PARAM_VARIADIC'),
    set: returnType?.setof ?? false,
    columns: all
      .filter(({ mode }) => mode === 'FUNC_PARAM_TABLE' || mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_INOUT')
      .map(({ name, argType }) => ({ name: name ?? '', type: plainKey(argType?.names, (argType?.arrayBounds ?? []).length > 0) })),
  };
}

/** Of a type that is built in; null: another one. */
function plainKey(names: readonly Node[] | undefined, array: boolean): TypeKey | null {
  const last = names?.at(-1);
  const name = last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
  return builtInType(name) === undefined ? null : `${array ? '_' : ''}${name}`;
}

function tryParse(source: string): Node | null {
  try {
    return parseSync(source).stmts?.[0]?.stmt ?? null;
  } catch {
    return null;
  }
}
