import type { TypeRef } from '../catalog/catalog.ts';
import type { Analysis, Typed } from './analysis.ts';
import { builtInOperators, type Operator, type TypeKey } from './built-ins.ts';
import { choose, matching } from './candidates.ts';
import { coerce } from './coerce.ts';
import { instantiate, isPolymorphic, polymorphicOf } from './coercion.ts';
import { refuse } from './refusal.ts';
import { builtIn, keyOf, refOf, typeText, UNKNOWN } from './type-system.ts';

/** Extensions that bring no operators between PostgreSQL's own types. */
const PLAIN_EXTENSIONS = new Set([
  'plpgsql',
  'uuid-ossp',
  'pgcrypto',
  'unaccent',
  'fuzzystrmatch',
  'tablefunc',
  'citext',
  'pg_stat_statements',
]);
const STANDARD = new Set(['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '~~', '!~~', '~~*', '!~~*', '||', '~', '~*', '!~', '!~*']);
const NULL_GIVING = new Set(['->', '->>', '#>', '#>>']);

/** With the type as which the operator takes its first side; null: not known. */
export type Operated = Typed & { readonly operand: TypeRef | null };

type Choice = Operator & { readonly args: readonly TypeKey[] };

/** `left operator right`, or a prefix operator where left is null. Throws 42883 where no operator takes these types. */
export function operate(analysis: Analysis, name: string, left: Typed | null, right: Typed): Operated {
  const inputs = left === null ? [right] : [left, right];
  const nullable = NULL_GIVING.has(name) || inputs.some((input) => input.nullable);
  const candidates = candidatesOf(name, left !== null);
  const keys = inputs.map(({ type }) => (type === null ? null : keyOf(type)));
  if (keys.includes(null)) return uncertain(analysis, inputs, candidates, nullable);
  const known = keys.flatMap((key) => key ?? []);
  const chosen = exact(analysis, known, candidates) ?? select(analysis, known, candidates);
  if (chosen === null) {
    if (mayBeExtended(analysis, name)) return uncertain(analysis, inputs, candidates, nullable);
    const shown = inputs.map(({ type }) => (type === null ? '?' : typeText(type)));
    return refuse('42883', `operator does not exist: ${left === null ? '' : `${shown[0] ?? ''} `}${name} ${shown.at(-1) ?? ''}`);
  }
  return apply(analysis, chosen, inputs, known, nullable);
}

function candidatesOf(name: string, binary: boolean): readonly Choice[] {
  const all = builtInOperators(name === '!=' ? '<>' : name).filter(({ left }) => (left !== null) === binary);
  return all.map((one) => ({ ...one, args: one.left === null ? [one.right] : [one.left, one.right] }));
}

/** `binary_oper_exact`: an untyped side is taken to be of the other one's type. */
function exact({ types }: Analysis, [a = '', b = a]: readonly TypeKey[], candidates: readonly Choice[]): Choice | null {
  const left = a === 'unknown' ? b : a;
  const right = b === 'unknown' ? a : b;
  const find = (x: TypeKey, y: TypeKey): Choice | undefined => candidates.find(({ args }) => args[0] === x && (args[1] ?? y) === y);
  const found = find(left, right);
  if (found !== undefined || left === 'unknown' || (a !== 'unknown' && b !== 'unknown')) return found ?? null;
  return find(types.base(left), types.base(left)) ?? null;
}

function select({ types }: Analysis, inputs: readonly TypeKey[], candidates: readonly Choice[]): Choice | null {
  const fit = matching(types, inputs, candidates);
  if (fit.length <= 1) return fit[0] ?? null;
  return choose(types, inputs, fit) ?? refuse('42725', `operator is not unique: ${inputs.join(', ')}`);
}

function apply(analysis: Analysis, chosen: Choice, inputs: readonly Typed[], keys: readonly TypeKey[], nullable: boolean): Operated {
  const { args, result } = chosen;
  const meaning = polymorphicOf(analysis.types, args, keys) ?? { element: null, compatible: null };
  const targets = args.map((arg) => refOrNull(instantiate(arg, meaning)));
  for (const [i, input] of inputs.entries()) if (input.type === UNKNOWN) coerce(analysis, input, targets[i] ?? null, 'i');
  return { type: refOrNull(instantiate(result, meaning)), nullable, operand: targets[0] ?? null };
}

const refOrNull = (key: TypeKey | null): TypeRef | null => (key === null ? null : refOf(key));

/** Of a type that is not known: what can be said about the result. */
function uncertain(analysis: Analysis, inputs: readonly Typed[], candidates: readonly Choice[], nullable: boolean): Operated {
  for (const input of inputs) if (input.parameter !== undefined) coerce(analysis, input, null, 'i');
  const results = new Set(candidates.map(({ result }) => result));
  const [only] = results;
  return { type: results.size === 1 && only !== undefined && !isPolymorphic(only) ? builtIn(only) : null, nullable, operand: null };
}

function mayBeExtended({ catalog }: Analysis, name: string): boolean {
  return !STANDARD.has(name) && [...catalog.extensions].some((extension) => !PLAIN_EXTENSIONS.has(extension));
}
