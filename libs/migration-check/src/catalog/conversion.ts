import type { Node, TypeName } from 'libpg-query';
import { canCoerce, type CoercionContext } from '../resolve/coercion.ts';
import { keyOf, TypeSystem, typeText } from '../resolve/type-system.ts';
import { as, stringsOf } from '../sql/node.ts';
import type { Catalog, Column, TypeRef } from './catalog.ts';
import { findDomain, hasDomainConstraints } from './columns.ts';
import { sameType, typeRef } from './lookup.ts';
import { refuse, type Work } from './work.ts';

/** Casts of pg_cast without a function: the stored bytes stay. Those of the many reg… types to each other are left out. */
const BINARY = new Set([
  ...['text>varchar', 'varchar>text', 'text>bpchar', 'varchar>bpchar', 'cidr>inet', 'bit>varbit', 'varbit>bit', 'int4>oid', 'oid>int4'],
  ...['int4>regclass', 'regclass>int4', 'oid>regclass', 'regclass>oid', 'xml>text', 'xml>varchar', 'xml>bpchar'],
]);
const TEMPORAL = new Set(['timestamp', 'timestamptz', 'time', 'timetz', 'interval']);
const MOST_DIGITS = 6;

/** Whether values of one type are stored as values of another without a change, and need no look either: `ATColumnChangeRequiresRewrite`. */
export function isFree(catalog: Catalog, from: TypeRef, to: TypeRef): boolean {
  if (sameType(from, to)) return true;
  const target = findDomain(catalog, to);
  if (target !== null && !to.array) {
    if (findDomain(catalog, from)?.id === target.id) return true;
    return !hasDomainConstraints(catalog, to) && target.base !== null && isFree(catalog, from, target.base);
  }
  const source = findDomain(catalog, from);
  if (source !== null && !from.array) return source.base !== null && isFree(catalog, source.base, to);
  if (from.schema !== to.schema || from.array !== to.array) return false;
  if (from.name === to.name) return to.mods.length === 0 || (!from.array && isWidening(from, to));
  if (from.array || !BINARY.has(`${from.name}>${to.name}`)) return false;
  // A length is checked by a function of its own, which is left out only between values of the same type.
  return to.mods.length === 0;
}

/** Whether the function that would cut or round values is left out: varchar_support, numeric_support and the like. */
function isWidening(from: TypeRef, to: TypeRef): boolean {
  const [a, b] = [from.mods[0], to.mods[0]];
  if (b === undefined) return true;
  if (to.name === 'numeric') return a !== undefined && (from.mods[1] ?? 0) === (to.mods[1] ?? 0) && b >= a;
  if (to.name === 'interval') return (to.mods[1] ?? MOST_DIGITS) >= Math.max(from.mods[1] ?? MOST_DIGITS, 0) && from.mods[0] === to.mods[0];
  if (TEMPORAL.has(to.name)) return b >= MOST_DIGITS || (a !== undefined && b >= a);
  return ['varchar', 'varbit'].includes(to.name) && a !== undefined && b >= a;
}

export interface Conversion {
  /** Every row is written anew, or its value at least looked at. */
  readonly rewrites: boolean;
}

/** How a column's values become those of a new type. @throws where PostgreSQL knows no way. */
export function conversionOf(work: Work, column: Column, to: TypeRef, using: Node | undefined): Conversion {
  const source = using === undefined ? { type: column.type, free: true } : throughCasts(work, column, using);
  if (source === null) return { rewrites: true };
  if (!isCastable(work.catalog, source.type, to, 'a')) {
    if (using !== undefined)
      refuse(`result of USING clause for column "${column.name}" cannot be cast automatically to type ${typeText(to)}`);
    refuse(
      `column "${column.name}" cannot be cast automatically to type ${typeText(to)}`,
      'Add a column of the new type, fill it with an explicit conversion, and drop the old one when no release uses it.',
    );
  }
  return { rewrites: !source.free || !isFree(work.catalog, source.type, to) };
}

/** A column inside of nothing but casts; null: any other expression. */
function throughCasts(work: Work, column: Column, using: Node): { readonly type: TypeRef; readonly free: boolean } | null {
  if (stringsOf(as('ColumnRef', using)?.fields).at(-1) === column.name) return { type: column.type, free: true };
  const cast = as('TypeCast', using);
  if (cast?.arg === undefined || cast.typeName === undefined) return null;
  const to = typeRef(work, cast.typeName);
  const inner = throughCasts(work, column, cast.arg);
  if (inner === null) return null;
  if (!isCastable(work.catalog, inner.type, to, 'e')) refuse(`cannot cast type ${typeText(inner.type)} to ${typeText(to)}`);
  return { type: to, free: inner.free && isFree(work.catalog, inner.type, to) };
}

/** The type that an expression has by its outermost cast. */
export function castTypeOf(work: Work, expression: Node): TypeRef | null {
  const typeName: TypeName | undefined = as('TypeCast', expression)?.typeName;
  return typeName === undefined ? null : typeRef(work, typeName);
}

/** Whether there is a cast; what belongs to an extension is taken to have one. */
export function isCastable(catalog: Catalog, from: TypeRef, to: TypeRef, context: CoercionContext): boolean {
  const types = new TypeSystem(catalog, catalog.searchPath);
  const [a, b] = [keyOf(from), keyOf(to)];
  if (!types.isKnown(a) || !types.isKnown(b)) return true;
  return canCoerce(types, a, b, context) || catalog.casts.has(`${from.name}>${to.name}`);
}
