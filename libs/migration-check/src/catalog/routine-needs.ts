import type { CreateFunctionStmt, Node } from 'libpg-query';
import { all, within } from '../sql/node.ts';
import type { Catalog, Column, Relation, Routine } from './catalog.ts';
import { findRelation, nameOfRange } from './lookup.ts';
import { nodesBelow, readingsOf } from './routine-text.ts';

type Needs = NonNullable<Routine['standsOn']>;

/**
 * What a body of BEGIN ATOMIC or RETURN depends on: PostgreSQL parses it once and refuses to drop what it names.
 * https://www.postgresql.org/docs/18/sql-createfunction.html
 */
export function standsOn(statement: CreateFunctionStmt, body: Node, { name }: Routine, catalog: Catalog): Needs {
  const inputs = all('FunctionParameter', statement.parameters).filter(
    ({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE',
  );
  const found = nodesBelow(body).map((node) => needsOf(node, name, inputs, catalog));
  return {
    relations: found.flatMap(({ relations }) => relations),
    types: found.flatMap(({ types }) => types),
    routines: found.flatMap(({ routines }) => routines),
  };
}

function needsOf(node: Node, routine: string, inputs: Parameters<typeof readingsOf>[2], catalog: Catalog): Needs {
  for (const reading of readingsOf(node, routine, inputs, catalog)) {
    if ('error' in reading) continue;
    const used = new Set([
      ...reading.reads.map(({ column }) => column),
      ...reading.writes.flatMap(({ values }) => values.map(({ column }) => column)),
    ]);
    const relations = [...new Set(reading.relations.map(({ relation }) => relation))].map((relation) => ({
      relation,
      columns: catalog.relations.get(relation)?.columns.flatMap(({ id }) => (used.has(id) ? [id] : [])) ?? [],
    }));
    return { relations, types: reading.types, routines: reading.routines };
  }
  // Beyond what is understood: all of every relation that it names.
  const named = within('RangeVar', node).flatMap((range) => findRelation(catalog, nameOfRange(range)) ?? []);
  return { relations: named.map(({ id, columns }) => ({ relation: id, columns: columns.map((one) => one.id) })), types: [], routines: [] };
}

/** Functions whose body stands on a relation, or on one of its columns. */
export function routinesOn({ routines }: Catalog, relation: Relation, column: Column | null = null): readonly Routine[] {
  const isOn = (use: Relation['dependsOn'][number]): boolean =>
    use.relation === relation.id && (column === null || use.columns.includes(column.id));
  return [...routines.values()].filter(({ standsOn: needs }) => needs?.relations.some(isOn) === true);
}
