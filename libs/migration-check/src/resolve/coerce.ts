import type { TypeRef } from '../catalog/catalog.ts';
import type { Analysis, Typed } from './analysis.ts';
import { canCoerce, type CoercionContext, commonType } from './coercion.ts';
import { complaintAbout } from './literal.ts';
import { relationOfText } from './names.ts';
import { refuse } from './refusal.ts';
import { keyOf, refOf, typeText, UNKNOWN } from './type-system.ts';

/** The expression as a value of another type; null: there is no way. A literal that is not of that type is refused. */
export function coerce(analysis: Analysis, typed: Typed, target: TypeRef | null, context: CoercionContext): Typed | null {
  const { types } = analysis;
  if (typed.parameter !== undefined) {
    const now = analysis.parameter(typed.parameter).type;
    if (now !== UNKNOWN && now !== null && target !== null && keyOf(now) !== keyOf(target))
      analysis.decideParameter(typed.parameter, target);
    analysis.decideParameter(typed.parameter, target);
    return { type: target, nullable: true };
  }
  if (target === null) return { type: null, nullable: typed.nullable };
  if (typed.type === null) return { ...typed, type: target };
  const key = keyOf(target);
  if (typed.literal !== undefined) {
    const complaint = complaintAbout(types, typed.literal, key);
    if (complaint !== null) refuse(complaint.code, complaint.message);
    if (types.base(key) === 'regclass') relationOfText(analysis, typed.literal);
    return { type: target, nullable: typed.nullable };
  }
  if (typed.row !== undefined && types.isComplex(types.base(key))) {
    const fields = types.fields(key) ?? [];
    if (fields.length !== typed.row.length) refuse('42846', `cannot cast type record to ${typeText(target)}`);
    return typed.row.every((one, i) => coerce(analysis, one, fields[i]?.type ?? null, context) !== null)
      ? { ...typed, type: target }
      : null;
  }
  return canCoerce(types, keyOf(typed.type), key, context) ? { ...typed, type: target } : null;
}

/** The type on which several expressions agree (UNION, CASE, COALESCE, VALUES, ARRAY, IN); null: it is not known. Throws 42804. */
export function coerceToCommon(analysis: Analysis, all: readonly Typed[], what: string): TypeRef | null {
  const common = commonOf(analysis, all, what);
  for (const typed of all) {
    if (coerce(analysis, typed, common, 'i') === null) {
      refuse(
        '42846',
        `${what} could not convert type ${typed.type === null ? '?' : typeText(typed.type)} to ${common === null ? '?' : typeText(common)}`,
      );
    }
  }
  return common;
}

function commonOf({ types }: Analysis, all: readonly Typed[], what: string): TypeRef | null {
  if (all.some(({ type }) => type === null)) return null;
  const refs = all.flatMap(({ type }) => (type === null ? [] : [type]));
  const [first] = refs;
  const alike = first !== undefined && refs.every((type) => keyOf(type) === keyOf(first) && String(type.mods) === String(first.mods));
  if (alike && first !== UNKNOWN) return first;
  const key = commonType(types, refs.map(keyOf));
  if (key === null) return refuse('42804', `${what} types ${refs.map(typeText).join(' and ')} cannot be matched`);
  return refOf(key);
}

/** A condition. Throws 42804. */
export function coerceToBoolean(analysis: Analysis, typed: Typed, what: string): void {
  if (coerce(analysis, typed, { ...UNKNOWN, name: 'bool' }, 'a') === null) refuse('42804', `argument of ${what} must be type boolean`);
}
