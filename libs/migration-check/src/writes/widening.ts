import { charactersOf } from '../evaluate/characters.ts';
import type { Catalog, TypeRef } from '../catalog/catalog.ts';
import { familyOf } from '../evaluate/abstract.ts';
import { baseOf, userType } from '../evaluate/convert.ts';

const DIGITS: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };
const ORDER = ['int2', 'int4', 'int8'];

/** Whether each value that was written into `before` can be written into `after` in the same form. */
export function takesAll(before: TypeRef, after: TypeRef, old: Catalog, now: Catalog): boolean {
  const [from, to] = [baseOf(before, old), baseOf(after, now)];
  if (from.array !== to.array) return !from.array ? false : isText(to) && to.mods.length === 0;
  if (from.name === to.name && JSON.stringify(from.mods) === JSON.stringify(to.mods)) return sameLabels(from, to, old, now);
  if (isText(to)) return textTakes(from, to, old);
  if (to.name === 'numeric') return numericTakes(from, to);
  if (to.name === 'float8') return familyOf(from.name) === 'number' && from.name !== 'money';
  if (to.name === 'float4') return from.name === 'int2' || from.name === 'int4' || from.name === 'float4';
  if (ORDER.includes(to.name)) return ORDER.includes(from.name) && ORDER.indexOf(from.name) <= ORDER.indexOf(to.name);
  if (to.name === 'varbit') return ['bit', 'varbit'].includes(from.name) && (from.mods[0] ?? Infinity) <= (to.mods[0] ?? Infinity);
  if (familyOf(to.name) === 'time') return familyOf(from.name) === 'time';
  return (from.name === 'json' && to.name === 'jsonb') || (from.name === 'jsonb' && to.name === 'json');
}

const isText = ({ name }: TypeRef): boolean => ['text', 'varchar', 'bpchar', 'citext'].includes(name);

function textTakes(from: TypeRef, to: TypeRef, old: Catalog): boolean {
  const length = to.mods[0] ?? Infinity;
  if (length === Infinity) return true;
  const own = userType(from, old);
  if (own?.kind === 'enum') return own.labels.every((label) => charactersOf(label).length <= length);
  if (from.name === 'uuid') return length >= 36;
  if (from.name === 'bool') return length >= 5;
  const digits = DIGITS[from.name];
  if (digits !== undefined) return length > digits;
  return isText(from) && (from.mods[0] ?? Infinity) <= length;
}

function numericTakes(from: TypeRef, to: TypeRef): boolean {
  const [precision, scale = 0] = to.mods;
  const digits = DIGITS[from.name];
  if (precision === undefined) return familyOf(from.name) === 'number';
  if (digits !== undefined) return precision - scale >= digits;
  const [was, wasScale = 0] = from.mods;
  return from.name === 'numeric' && was !== undefined && scale >= wasScale && precision - scale >= was - wasScale;
}

function sameLabels(from: TypeRef, to: TypeRef, old: Catalog, now: Catalog): boolean {
  const [own, later] = [userType(from, old), userType(to, now)];
  return own?.kind !== 'enum' || later?.kind !== 'enum' || own.labels.every((label) => later.labels.includes(label));
}
