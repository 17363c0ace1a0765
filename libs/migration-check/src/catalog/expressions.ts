import type { Node } from 'libpg-query';
import { resolve } from '../resolve/resolve.ts';
import { all, as, stringsOf, within } from '../sql/node.ts';
import type { Catalog, Id, Relation, TypeRef } from './catalog.ts';
import { refuseUncommittedLabels } from './labels.ts';
import { columnNamed } from './lookup.ts';
import { refuse, type Work } from './work.ts';

/** What an expression over one table's row reads and gives. */
export interface Analysis {
  readonly columns: readonly Id[];
  /** null: it is not known. */
  readonly type: TypeRef | null;
}

/** Columns of the table that an expression names. @throws what PostgreSQL says of a name that is not there. */
export function columnsIn(expression: Node, relation: Relation): readonly Id[] {
  const found = new Set<Id>();
  for (const { fields } of within('ColumnRef', expression)) {
    const names = stringsOf(fields);
    const name = names.at(-1);
    if (name === undefined || names.length !== fields?.length) relation.columns.forEach(({ id }) => found.add(id));
    else found.add(columnNamed(relation, name)?.id ?? refuse(`column "${name}" does not exist`));
  }
  return [...found];
}

/** As PostgreSQL's parse analysis sees an expression over a row of the relation, or over none. @throws what it would say. */
export function analyse(work: Work, expression: Node, relation: Relation | null): Analysis {
  const { catalog } = work;
  refuseUncommittedLabels(work, expression, relation === null ? [] : [relation]);
  const columns = relation === null ? [] : columnsIn(expression, relation);
  const from = relation === null ? [] : [{ RangeVar: { schemaname: relation.schema, relname: relation.name, inh: true } }];
  const select = { SelectStmt: { targetList: [{ ResTarget: { val: expression } }], fromClause: from, op: 'SETOP_NONE' as const } };
  const resolution = resolve(select, catalog, catalog.searchPath);
  if (!('error' in resolution)) return { columns, type: resolution.output[0]?.type ?? null };
  if (resolution.unknown) return { columns, type: null };
  return refuse(resolution.error);
}

/** Parts that AND joins. */
export function conjunctsOf(expression: Node): readonly Node[] {
  const bool = as('BoolExpr', expression);
  return bool?.boolop === 'AND_EXPR' ? (bool.args ?? []).flatMap(conjunctsOf) : [expression];
}

/** Whether rows that pass the expression have a value in the column: `predicate_implied_by` finds no more than this of a null test. */
export function provesNotNull(expression: Node, column: string): boolean {
  return conjunctsOf(expression).some((part) => {
    const not = as('BoolExpr', part);
    const negated = not?.boolop === 'NOT_EXPR';
    const test = as('NullTest', negated ? not.args?.[0] : part);
    const wanted = negated ? 'IS_NULL' : 'IS_NOT_NULL';
    return test?.nulltesttype === wanted && stringsOf(as('ColumnRef', test.arg)?.fields).at(-1) === column;
  });
}

/** Whether every row has a value in the column, as PostgreSQL can tell without reading them. */
export function isProvenNotNull(relation: Relation, id: Id, name: string): boolean {
  return relation.constraints.some((constraint) => {
    if (!constraint.validated || !constraint.enforced) return false;
    if (constraint.kind === 'not null') return constraint.columns.includes(id);
    return constraint.kind === 'check' && constraint.expression !== null && provesNotNull(constraint.expression, name);
  });
}

/** A column's new name in an expression over its table's row. The old tree is left as it is: others may hold it. */
export function renamed(expression: Node, from: string, to: string, qualifiers?: ReadonlySet<string>): Node {
  const copy = structuredClone(expression);
  for (const { fields } of within('ColumnRef', copy)) {
    const names = stringsOf(fields);
    if (names.length !== fields?.length || names.at(-1) !== from) continue;
    const qualifier = names.at(-2);
    if (qualifiers !== undefined && qualifier !== undefined && !qualifiers.has(qualifier)) continue;
    const last = all('String', fields).at(-1);
    if (last !== undefined) last.sval = to;
  }
  return copy;
}

/** Names of functions that an expression calls, with or without their schema. */
export function callsIn(expression: unknown): readonly (readonly string[])[] {
  return within('FuncCall', expression).map(({ funcname }) => stringsOf(funcname));
}

export function isUsed(catalog: Catalog, expression: unknown, routine: { readonly schema: string; readonly name: string }): boolean {
  return callsIn(expression).some(
    (names) =>
      names.at(-1) === routine.name && (names.length === 1 ? catalog.searchPath.includes(routine.schema) : names.at(-2) === routine.schema),
  );
}

/** OLD.x and NEW.x of a trigger, x of a policy. */
export function usesRow(expression: Node | null, column: string): boolean {
  return within('ColumnRef', expression).some(({ fields }) => stringsOf(fields).at(-1) === column);
}
