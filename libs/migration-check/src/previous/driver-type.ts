import type { Catalog, TypeRef, UserType } from '../catalog/catalog.ts';
import { keyOf, TypeSystem } from '../resolve/type-system.ts';

/** Why a value of a type is another one to the previous release; null: it is the same. */
export type TypeChange = 'type' | 'labels' | null;

const TEXTS = new Set(['text', 'varchar']);
const MOMENTS = new Set(['timestamp', 'timestamptz', 'time', 'timetz', 'interval']);
/** Into a type that holds all of their values in the same order. */
const WIDER: Partial<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric'],
  int4: ['int8', 'numeric'],
  int8: ['numeric'],
};

/** A type of one moment, looked through domains, and with the catalog in which it stands. */
interface Seen {
  readonly type: TypeRef;
  readonly user: UserType | undefined;
}

/**
 * Whether a driver gives the release the same value: node-postgres gives a number for integer and a string for bigint, a string for text, varchar and
 * enums. `shown` false: the column is only compared and sorted, where a wider type does no harm either.
 */
export function typeChange(before: Catalog, was: TypeRef, after: Catalog, is: TypeRef, shown: boolean): TypeChange {
  const a = seen(before, was);
  const b = seen(after, is);
  if (a.type.array !== b.type.array) return 'type';
  if (a.user !== undefined || b.user !== undefined) return userChange(a, b);
  return builtInSame(a.type, b.type, shown) ? null : 'type';
}

function seen(catalog: Catalog, type: TypeRef): Seen {
  const types = new TypeSystem(catalog, catalog.searchPath);
  const user = types.user(keyOf({ ...type, array: false }));
  if (user?.kind !== 'domain' || user.base === null || type.array) return { type, user };
  return seen(catalog, user.base);
}

/** By id, so that a new name is no change. A new enum with all the labels of the old one has the same values. */
function userChange({ user: a }: Seen, { user: b }: Seen): TypeChange {
  if (a === undefined || b === undefined || a.kind !== b.kind) return 'type';
  if (a.kind === 'enum') return a.labels.every((label) => b.labels.includes(label)) ? null : 'labels';
  if (a.id !== b.id) return 'type';
  const names = b.attributes.map(({ name, type }) => `${name} ${keyOf(type)}`);
  return a.attributes.every(({ name, type }) => names.includes(`${name} ${keyOf(type)}`)) ? null : 'type';
}

function builtInSame(a: TypeRef, b: TypeRef, shown: boolean): boolean {
  if (a.schema !== b.schema) return false;
  if (TEXTS.has(a.name) && TEXTS.has(b.name)) return true;
  if (!shown && (WIDER[a.name]?.includes(b.name) ?? false)) return true;
  if (a.name !== b.name) return false;
  if (String(a.mods) === String(b.mods)) return true;
  if (a.name === 'numeric') return !shown || b.mods.length === 0 || (a.mods.length > 0 && (a.mods[1] ?? 0) === (b.mods[1] ?? 0));
  if (a.name === 'varbit') return b.mods.length === 0 || (a.mods[0] ?? Infinity) <= (b.mods[0] ?? Infinity);
  return MOMENTS.has(a.name) && (b.mods.length === 0 || (a.mods[0] ?? 6) <= (b.mods[0] ?? 6));
}
