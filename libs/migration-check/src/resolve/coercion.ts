import { builtInCast, type TypeKey } from './built-ins.ts';
import type { TypeSystem } from './type-system.ts';

/** `i`: implicit, in expressions; `a`: into a column; `e`: CAST. */
export type CoercionContext = 'i' | 'a' | 'e';

const WIDER: Record<CoercionContext, string> = { i: 'i', a: 'ia', e: 'iae' };
const RANGES: Partial<Record<TypeKey, TypeKey>> = {
  ...{ int4range: 'int4', int8range: 'int8', numrange: 'numeric', tsrange: 'timestamp', tstzrange: 'timestamptz', daterange: 'date' },
};
const ELEMENTS = new Set(['anyelement', 'anynonarray', 'anyenum']);
const COMPATIBLE = new Set(['anycompatible', 'anycompatiblenonarray']);

export const isPolymorphic = (key: TypeKey): boolean => /^any[a-z]+$/.test(key);

/** `can_coerce_type` of parse_coerce.c, for one argument; a polymorphic target takes anything here. */
export function canCoerce(types: TypeSystem, from: TypeKey, to: TypeKey, context: CoercionContext): boolean {
  if (from === to || to === 'any' || isPolymorphic(to) || from === 'unknown') return true;
  if (hasPathway(types, from, to, context)) return true;
  if (from === 'record' && types.isComplex(types.base(to))) return true;
  return to === 'record' && types.isComplex(types.base(from));
}

/** `find_coercion_pathway` */
function hasPathway(types: TypeSystem, from: TypeKey, to: TypeKey, context: CoercionContext): boolean {
  const source = types.base(from);
  const target = types.base(to);
  if (source === target) return true;
  const cast = builtInCast(source, target);
  if (cast !== undefined) return WIDER[context].includes(cast);
  if (types.hasCast(source, target)) return true;
  const [a, b] = [types.element(source), types.element(target)];
  if (a !== null && b !== null) return hasPathway(types, a, b, context);
  if (context === 'i') return false;
  return types.category(target) === 'S' || (context === 'e' && types.category(source) === 'S');
}

/** `select_common_type`: null where the categories differ. */
export function commonType(types: TypeSystem, keys: readonly TypeKey[]): TypeKey | null {
  const [first = 'text'] = keys;
  if (first !== 'unknown' && keys.every((key) => key === first)) return first;
  let chosen = types.base(first);
  for (const key of keys.slice(1)) {
    const next = types.base(key);
    if (next === 'unknown' || next === chosen) continue;
    if (chosen === 'unknown') chosen = next;
    else if (types.category(next) !== types.category(chosen)) return null;
    else if (!types.isPreferred(chosen) && canCoerce(types, chosen, next, 'i') && !canCoerce(types, next, chosen, 'i')) chosen = next;
  }
  return chosen === 'unknown' ? 'text' : chosen;
}

/** What the polymorphic types of a call stand for. */
export interface Polymorphic {
  readonly element: TypeKey | null;
  readonly compatible: TypeKey | null;
}

/** `check_generic_type_consistency`: null where the arguments do not fit together. */
export function polymorphicOf(types: TypeSystem, declared: readonly TypeKey[], actual: readonly TypeKey[]): Polymorphic | null {
  let element: TypeKey | null = null;
  const common: TypeKey[] = [];
  for (const [i, target] of declared.entries()) {
    const key = actual[i] ?? 'unknown';
    if (!isPolymorphic(target) || key === 'unknown' || key === 'anyarray') continue;
    const inner = innerOf(types, target, key);
    if (inner === null) return null;
    if (inner === undefined) continue;
    if (target.startsWith('anycompatible')) common.push(inner);
    else if (element !== null && element !== inner) return null;
    else element = inner;
  }
  if (element !== null && declared.includes('anynonarray') && types.element(element) !== null) return null;
  if (element !== null && declared.includes('anyenum') && !types.isEnum(element)) return null;
  const compatible = common.length === 0 ? null : commonType(types, common);
  if (common.length > 0 && (compatible === null || !common.every((key) => canCoerce(types, key, compatible, 'i')))) return null;
  if (compatible !== null && declared.includes('anycompatiblenonarray') && types.element(compatible) !== null) return null;
  return { element, compatible };
}

/** The element type behind an argument; null: it does not fit; undefined: it cannot be told. */
function innerOf(types: TypeSystem, target: TypeKey, key: TypeKey): TypeKey | null | undefined {
  if (ELEMENTS.has(target) || COMPATIBLE.has(target)) return key;
  const base = types.base(key);
  if (target === 'anyarray' || target === 'anycompatiblearray') return types.element(base);
  if (types.category(base) !== 'R' || base.includes('multirange') !== target.endsWith('multirange')) return null;
  return RANGES[base.replace('multirange', 'range')];
}

/** The type that a polymorphic one stands for; null: it cannot be told. */
export function instantiate(target: TypeKey, { element, compatible }: Polymorphic): TypeKey | null {
  if (!isPolymorphic(target)) return target;
  const inner = target.startsWith('anycompatible') ? compatible : element;
  if (inner === null) return null;
  if (target.endsWith('array') && !target.endsWith('nonarray')) return `_${inner}`;
  if (!target.endsWith('range')) return inner;
  const range = Object.entries(RANGES).find(([, subtype]) => subtype === inner)?.[0];
  return range === undefined ? null : target.endsWith('multirange') ? range.replace('range', 'multirange') : range;
}
