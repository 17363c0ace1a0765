import type { Catalog, Column, Constraint, Id, Relation, Routine, TypeRef, UserType } from './catalog.ts';
import { columnsIn, isUsed, usesRow } from './expressions.ts';
import { routinesOn } from './routine-needs.ts';

/** What stands in the way of a DROP, and goes with it under CASCADE. */
export type Dependent =
  | { readonly what: 'relation'; readonly relation: Relation }
  | { readonly what: 'column'; readonly table: Relation; readonly column: Column }
  | { readonly what: 'default'; readonly table: Relation; readonly column: Column }
  | { readonly what: 'constraint'; readonly table: Relation; readonly constraint: Constraint }
  | { readonly what: 'trigger' | 'policy'; readonly table: Relation; readonly name: string }
  | { readonly what: 'index'; readonly index: Id; readonly name: string }
  | { readonly what: 'routine'; readonly routine: Routine }
  | { readonly what: 'type'; readonly type: UserType };

const asDependents = (routines: readonly Routine[]): readonly Dependent[] => routines.map((routine) => ({ what: 'routine', routine }));

export function describe(dependent: Dependent): string {
  switch (dependent.what) {
    case 'relation':
      return `${dependent.relation.kind} ${dependent.relation.name}`;
    case 'column':
    case 'default':
      return `${dependent.what === 'default' ? 'default value for ' : ''}column ${dependent.column.name} of table ${dependent.table.name}`;
    case 'constraint':
      return `constraint ${dependent.constraint.name} on table ${dependent.table.name}`;
    case 'trigger':
    case 'policy':
      return `${dependent.what} ${dependent.name} on table ${dependent.table.name}`;
    case 'index':
      return `index ${dependent.name}`;
    case 'routine':
      return `function ${dependent.routine.name}`;
    case 'type':
      return `type ${dependent.type.name}`;
  }
}

/** Views and foreign keys of others, and partitions' or children's parents' ends. */
export function dependentsOfRelation(catalog: Catalog, relation: Relation, alsoDropped: ReadonlySet<Id>): readonly Dependent[] {
  const found: Dependent[] = [];
  for (const other of catalog.relations.values()) {
    if (other.id === relation.id || alsoDropped.has(other.id)) continue;
    if (other.dependsOn.some((use) => use.relation === relation.id)) found.push({ what: 'relation', relation: other });
    if (other.inherits.includes(relation.id)) found.push({ what: 'relation', relation: other });
    for (const constraint of other.constraints)
      if (constraint.references?.table === relation.id) found.push({ what: 'constraint', table: other, constraint });
    for (const column of other.columns) if (isOfType(column.type, relation)) found.push({ what: 'column', table: other, column });
    for (const policy of other.policies) if (mentions(policy, relation)) found.push({ what: 'policy', table: other, name: policy.name });
  }
  for (const routine of catalog.routines.values()) {
    const types = [...routine.arguments, ...(typeof routine.returns === 'object' && routine.returns !== null ? [routine.returns] : [])];
    if (types.some((type) => isOfType(type, relation))) found.push({ what: 'routine', routine });
  }
  return [...found, ...asDependents(routinesOn(catalog, relation))];
}

function mentions(policy: { readonly using: unknown; readonly check: unknown }, { name }: Relation): boolean {
  return JSON.stringify([policy.using, policy.check]).includes(`"relname":"${name}"`);
}

/** What uses a column and does not go with it by itself, as its indexes and its own table's constraints do. */
export function dependentsOfColumn(catalog: Catalog, table: Relation, column: Column): readonly Dependent[] {
  const found: Dependent[] = [];
  for (const other of catalog.relations.values()) {
    if (other.dependsOn.some((use) => use.relation === table.id && use.columns.includes(column.id)))
      found.push({ what: 'relation', relation: other });
    for (const constraint of other.constraints) {
      const refers = constraint.references?.table === table.id && constraint.references.columns.includes(column.id);
      if (refers) found.push({ what: 'constraint', table: other, constraint });
    }
  }
  for (const other of table.columns) {
    if (other.id === column.id || other.generated === null) continue;
    if (columnsIn(other.generated.expression, table).includes(column.id)) found.push({ what: 'column', table, column: other });
  }
  for (const trigger of table.triggers)
    if (trigger.ofColumns.includes(column.id) || usesRow(trigger.when, column.name))
      found.push({ what: 'trigger', table, name: trigger.name });
  for (const policy of table.policies)
    if (usesRow(policy.using, column.name) || usesRow(policy.check, column.name)) found.push({ what: 'policy', table, name: policy.name });
  return [...found, ...asDependents(routinesOn(catalog, table, column))];
}

export function dependentsOfRoutine(catalog: Catalog, routine: Routine): readonly Dependent[] {
  const callers = callersOf(
    catalog,
    `${routine.schema}.${routine.name}`,
    (expression) => expression !== null && isUsed(catalog, expression, routine),
  );
  const others = [...catalog.routines.values()].filter(
    ({ id, standsOn }) => id !== routine.id && standsOn?.routines.includes(routine.id) === true,
  );
  return [...callers, ...asDependents(others)];
}

/** What holds an expression of which `calls` is true, or a trigger that runs the function. */
export function callersOf(catalog: Catalog, name: string, calls: (expression: unknown) => boolean): readonly Dependent[] {
  const found: Dependent[] = [];
  for (const table of catalog.relations.values()) {
    for (const trigger of table.triggers)
      if (trigger.routine === name || calls(trigger.when)) found.push({ what: 'trigger', table, name: trigger.name });
    for (const column of table.columns) {
      if (calls(column.default)) found.push({ what: 'default', table, column });
      if (column.generated !== null && calls(column.generated.expression)) found.push({ what: 'column', table, column });
    }
    for (const constraint of table.constraints) if (calls(constraint.expression)) found.push({ what: 'constraint', table, constraint });
    for (const policy of table.policies)
      if (calls(policy.using) || calls(policy.check)) found.push({ what: 'policy', table, name: policy.name });
    if (table.query !== null && calls(table.query)) found.push({ what: 'relation', relation: table });
  }
  for (const index of catalog.indexes.values())
    if (calls(index.keys) || calls(index.predicate)) found.push({ what: 'index', index: index.id, name: index.name });
  return found;
}

export function dependentsOfType(catalog: Catalog, type: UserType): readonly Dependent[] {
  const found: Dependent[] = [];
  for (const [id, of] of catalog.typed) {
    const relation = of === type.id ? catalog.relations.get(id) : undefined;
    if (relation !== undefined) found.push({ what: 'relation', relation });
  }
  for (const table of catalog.relations.values())
    for (const column of table.columns)
      if (isOfType(column.type, type) && (table.kind === 'table' || table.kind === 'partitioned'))
        found.push({ what: 'column', table, column });
  for (const routine of catalog.routines.values()) {
    const types = [...routine.arguments, ...(typeof routine.returns === 'object' && routine.returns !== null ? [routine.returns] : [])];
    if (types.some((one) => isOfType(one, type)) || routine.standsOn?.types.includes(type.id) === true)
      found.push({ what: 'routine', routine });
  }
  for (const other of catalog.types.values()) {
    const parts = [...other.attributes.map((attribute) => attribute.type), ...(other.base === null ? [] : [other.base])];
    if (other.id !== type.id && parts.some((one) => isOfType(one, type))) found.push({ what: 'type', type: other });
  }
  return found;
}

export const isOfType = (ref: TypeRef, { schema, name }: { readonly schema: string; readonly name: string }): boolean =>
  ref.schema === schema && ref.name === name;
