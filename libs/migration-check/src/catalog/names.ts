import type { Catalog, Relation } from './catalog.ts';
import { isTaken } from './lookup.ts';

/** NAMEDATALEN without its closing zero, in bytes. */
const LONGEST = 63;

/** `makeObjectName` of indexcmds.c: both names are shortened until they fit together with the label. */
export function objectName(first: string, second: string | null, label: string): string {
  const overhead = label.length + 1 + (second === null ? 0 : 1);
  const lengths = [bytes(first), second === null ? 0 : bytes(second)] as [number, number];
  while (lengths[0] + lengths[1] > LONGEST - overhead) lengths[lengths[0] > lengths[1] ? 0 : 1] -= 1;
  return [cut(first, lengths[0]), ...(second === null ? [] : [cut(second, lengths[1])]), label].join('_');
}

/** The first that no relation or index of the schema has: `t_a_idx`, `t_a_idx1` … */
export function freeRelationName(catalog: Catalog, schema: string, parts: readonly [string, string | null, string]): string {
  return firstFree(parts, (name) => isTaken(catalog, schema, name) || hasConstraint(catalog, schema, name, parts[2] !== 'idx'));
}

export function freeConstraintName(table: Relation, parts: readonly [string, string | null, string], pending: ReadonlySet<string>): string {
  return firstFree(parts, (name) => pending.has(name) || table.constraints.some((constraint) => constraint.name === name));
}

function firstFree([first, second, label]: readonly [string, string | null, string], taken: (name: string) => boolean): string {
  for (let n = 0; ; n++) {
    const name = objectName(first, second, n === 0 ? label : `${label}${String(n)}`);
    if (!taken(name)) return name;
  }
}

function hasConstraint(catalog: Catalog, schema: string, name: string, isConstraint: boolean): boolean {
  if (!isConstraint) return false;
  return [...catalog.relations.values()].some(
    (relation) => relation.schema === schema && relation.constraints.some((constraint) => constraint.name === name),
  );
}

const bytes = (text: string): number => Buffer.byteLength(text);

function cut(text: string, length: number): string {
  let kept = '';
  for (const character of text) {
    if (bytes(kept) + bytes(character) > length) break;
    kept += character;
  }
  return kept;
}
