import type { Node } from 'libpg-query';
import type { Catalog, Relation, TypeRef } from '../catalog/catalog.ts';
import { FALSE, NULL, TRUE, nothing, nullable, truthsOf, type Abstract, type Truths } from '../evaluate/abstract.ts';
import { convert } from '../evaluate/convert.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { operate } from '../evaluate/operators.ts';
import { and, or } from '../evaluate/truth.ts';
import type { Row } from './row.ts';

/** Partitions of a table, those of partitions not. */
export function partitionsOf(relation: Relation, catalog: Catalog): readonly Relation[] {
  return [...catalog.relations.values()].filter(({ partition }) => partition?.parent === relation.id);
}

/** Partitions of a table and theirs. */
export function allPartitionsOf(relation: Relation, catalog: Catalog): readonly Relation[] {
  return partitionsOf(relation, catalog).flatMap((one) => [one, ...allPartitionsOf(one, catalog)]);
}

/** Whether a row of a table may come into a partition at any depth below it. */
export function mayReach(row: Row, partition: Relation, table: Relation, catalog: Catalog): boolean {
  const parent = partition.partition === null ? undefined : catalog.relations.get(partition.partition.parent);
  if (parent === undefined || (withinBound(row, partition, parent, catalog) & TRUE) === 0) return false;
  return parent.id === table.id || mayReach(row, parent, table, catalog);
}

/** Whether a row has a partition: TRUE, FALSE or both. */
export function hasPartition(row: Row, relation: Relation, catalog: Catalog): Truths {
  const all = partitionsOf(relation, catalog);
  if (all.some(({ partition }) => isDefault(partition?.bound))) return TRUE;
  return all.map((one) => withinBound(row, one, relation, catalog)).reduce(or, FALSE);
}

/** Whether a row belongs into a partition. */
export function withinBound(row: Row, { partition }: Relation, parent: Relation, catalog: Catalog): Truths {
  const bound = partition?.bound ?? null;
  const key = parent.partitionKey;
  if (bound === null || key === null || !('PartitionBoundSpec' in bound)) return TRUE | FALSE;
  const spec = bound.PartitionBoundSpec;
  const columns = key.columns.map((id) => parent.columns.find((column) => column.id === id));
  const [first] = columns;
  if (isDefault(bound) || columns.includes(undefined) || first === undefined) return TRUE | FALSE;
  const value = row.get(first.name) ?? nothing;
  if (spec.listdatums !== undefined && columns.length === 1) return listed(value, spec.listdatums, first.type, catalog);
  if (spec.lowerdatums === undefined || spec.upperdatums === undefined) return TRUE | FALSE;
  if (nullable(value) && value.kind === 'null') return FALSE;
  const [low, high] = [edge(spec.lowerdatums[0]), edge(spec.upperdatums[0])];
  const above = low === null ? TRUE : truth('>=', value, convert(evaluate(low, scope(catalog)), first.type, catalog), catalog);
  const below =
    high === null
      ? TRUE
      : truth(columns.length > 1 ? '<=' : '<', value, convert(evaluate(high, scope(catalog)), first.type, catalog), catalog);
  const inside = and(above, below);
  const certain = (inside & ~NULL) | ((inside & NULL) !== 0 ? FALSE : 0);
  return columns.length > 1 && certain === TRUE ? TRUE | FALSE : certain;
}

function listed(value: Abstract, datums: readonly Node[], type: TypeRef, catalog: Catalog): Truths {
  return datums
    .map((datum) => {
      const one = convert(evaluate(datum, scope(catalog)), type, catalog);
      if (one.kind === 'null') return value.kind === 'null' ? TRUE : nullable(value) ? TRUE | FALSE : FALSE;
      const equal = truth('=', value, one, catalog);
      return (equal & ~NULL) | ((equal & NULL) !== 0 ? FALSE : 0);
    })
    .reduce(or, FALSE);
}

const scope = (catalog: Catalog) => ({ catalog, resolve: () => null });

const truth = (operator: string, a: Abstract, b: Abstract, catalog: Catalog): Truths => truthsOf(operate(operator, a, b, catalog));

/** null: MINVALUE or MAXVALUE. */
function edge(node: Node | undefined): Node | null {
  if (node === undefined || 'ColumnRef' in node) return null;
  return node;
}

function isDefault(bound: Node | null | undefined): boolean {
  return bound !== null && bound !== undefined && 'PartitionBoundSpec' in bound && bound.PartitionBoundSpec.is_default === true;
}
