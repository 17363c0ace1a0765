import type { TypeKey } from './built-ins.ts';
import { canCoerce, polymorphicOf } from './coercion.ts';
import type { TypeSystem } from './type-system.ts';

/** Anything that is chosen by the types of what it is given: a function or an operator. */
export interface Candidate {
  readonly args: readonly TypeKey[];
}

/** Those that could be called with these types: `func_match_argtypes` of parse_func.c. */
export function matching<T extends Candidate>(types: TypeSystem, inputs: readonly TypeKey[], candidates: readonly T[]): readonly T[] {
  return candidates.filter(({ args }) => {
    if (args.length !== inputs.length) return false;
    if (!args.every((arg, i) => canCoerce(types, inputs[i] ?? 'unknown', arg, 'i'))) return false;
    return polymorphicOf(types, args, inputs) !== null;
  });
}

/** The one that PostgreSQL takes among those that could be called: `func_select_candidate`; null: it is not unique. */
export function choose<T extends Candidate>(types: TypeSystem, given: readonly TypeKey[], candidates: readonly T[]): T | null {
  const inputs = given.map((key) => types.base(key));
  let left = best(candidates, ({ args }) => args.filter((arg, i) => inputs[i] !== 'unknown' && arg === inputs[i]).length);
  if (left.length === 1) return left[0] ?? null;
  const categories = inputs.map((key) => types.category(key));
  left = best(left, ({ args }) => args.filter((arg, i) => scoresPreferred(types, arg, inputs[i] ?? '', categories[i] ?? '')).length);
  if (left.length === 1) return left[0] ?? null;
  if (!inputs.includes('unknown')) return null;
  left = byCategory(types, inputs, left);
  if (left.length === 1) return left[0] ?? null;
  const known = new Set(inputs.filter((key) => key !== 'unknown'));
  const [only] = known;
  if (known.size !== 1 || only === undefined) return null;
  const fit = matching(
    types,
    inputs.map(() => only),
    left,
  );
  return fit.length === 1 ? (fit[0] ?? null) : null;
}

function best<T extends Candidate>(candidates: readonly T[], score: (candidate: T) => number): readonly T[] {
  const highest = Math.max(...candidates.map(score));
  return candidates.filter((candidate) => score(candidate) === highest);
}

function scoresPreferred(types: TypeSystem, arg: TypeKey, input: TypeKey, category: string): boolean {
  return input !== 'unknown' && (arg === input || (types.category(arg) === category && types.isPreferred(arg)));
}

/** Where untyped arguments stand: a string if one candidate takes a string, or else the category on which all agree. */
function byCategory<T extends Candidate>(types: TypeSystem, inputs: readonly TypeKey[], candidates: readonly T[]): readonly T[] {
  const slots: { readonly index: number; readonly category: string; readonly preferred: boolean }[] = [];
  for (const [index, input] of inputs.entries()) {
    if (input !== 'unknown') continue;
    const keys = candidates.map(({ args }) => args[index] ?? '');
    const categories = new Set(keys.map((key) => types.category(key)));
    if (!categories.has('S') && categories.size > 1) return candidates;
    const category = categories.has('S') ? 'S' : ([...categories][0] ?? '');
    slots.push({ index, category, preferred: keys.some((key) => types.category(key) === category && types.isPreferred(key)) });
  }
  const fit = candidates.filter(({ args }) =>
    slots.every(({ index, category, preferred }) => {
      const key = args[index] ?? '';
      return types.category(key) === category && (!preferred || types.isPreferred(key));
    }),
  );
  return fit.length > 0 ? fit : candidates;
}
