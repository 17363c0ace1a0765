import type { Node, PartitionBoundSpec } from 'libpg-query';
import { as, constantOf } from '../sql/node.ts';
import type { Catalog, Relation } from './catalog.ts';
import { refuse, childrenOf } from './work.ts';

/** Whether it is that of the DEFAULT partition. */
export function isDefault(bound: Node | null): boolean {
  return as('PartitionBoundSpec', bound ?? undefined)?.is_default === true;
}

/** @throws where another partition would take some of the same rows. Bounds that are not plain constants are not compared. */
export function requireNoOverlap(catalog: Catalog, table: Relation, name: string, bound: PartitionBoundSpec | undefined): void {
  if (bound === undefined) return;
  for (const other of childrenOf(catalog, table.id)) {
    const there = as('PartitionBoundSpec', other.partition?.bound ?? undefined);
    if (there === undefined) continue;
    if (bound.is_default === true && there.is_default === true)
      refuse(`partition "${name}" conflicts with existing default partition "${other.name}"`);
    if (bound.is_default !== true && there.is_default !== true && overlap(bound, there))
      refuse(`partition "${name}" would overlap partition "${other.name}"`);
  }
}

function overlap(a: PartitionBoundSpec, b: PartitionBoundSpec): boolean {
  if (a.strategy === 'l') {
    const values = new Set((a.listdatums ?? []).map(valueOf));
    return (b.listdatums ?? []).some((datum) => values.has(valueOf(datum)));
  }
  if (a.strategy === 'h') return a.modulus === b.modulus && (a.remainder ?? 0) === (b.remainder ?? 0);
  const isPlain = [a, b].every(({ lowerdatums, upperdatums }) => lowerdatums?.length === 1 && upperdatums?.length === 1);
  return isPlain && isBefore(a.lowerdatums?.[0], b.upperdatums?.[0]) && isBefore(b.lowerdatums?.[0], a.upperdatums?.[0]);
}

/** MINVALUE and MAXVALUE are read as columns of that name. */
function valueOf(node: Node | undefined): string | number | null {
  const limit = as('ColumnRef', node);
  if (limit !== undefined) return JSON.stringify(limit.fields).includes('minvalue') ? -Infinity : Infinity;
  const value = constantOf(as('TypeCast', node)?.arg ?? node);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/** false also where it cannot be told. Numbers may be written as text; dates of one form go by their letters. */
function isBefore(low: Node | undefined, high: Node | undefined): boolean {
  const [a, b] = [valueOf(low), valueOf(high)];
  if (a === null || b === null) return false;
  if (a === -Infinity || b === Infinity) return a !== b;
  if (a === Infinity || b === -Infinity) return false;
  const numbers = [Number(a), Number(b)] as const;
  if (!numbers.some(Number.isNaN)) return numbers[0] < numbers[1];
  const sameForm = String(a).length === String(b).length && /^\d{4}-\d\d-\d\d/u.test(String(a)) && /^\d{4}-\d\d-\d\d/u.test(String(b));
  return sameForm && String(a) < String(b);
}
