import type { Alias, JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from 'libpg-query';
import type { Relation, Sequence } from '../catalog/catalog.ts';
import { type Analysis, shown } from './analysis.ts';
import { coerceToBoolean } from './coerce.ts';
import { functionItem, tableFunctionItem } from './from-function.ts';
import { merge } from './join-using.ts';
import { relationNamed, wordsOf } from './names.ts';
import { notUnderstood, refuse } from './refusal.ts';
import { type Item, itemOf, type Scope, type ScopeColumn } from './scope.ts';
import { builtIn } from './type-system.ts';
import { viewMeaning } from './view.ts';

/** What something in FROM brings: the names, and the columns of it as a whole. */
export interface Source {
  readonly items: readonly Item[];
  readonly columns: readonly ScopeColumn[];
  readonly open: boolean;
}

/** FROM, into a scope: what comes later sees what is before only where it is LATERAL. */
export function from(analysis: Analysis, scope: Scope, nodes: readonly Node[]): void {
  for (const node of nodes) {
    const { items } = sourceOf(analysis, scope, node);
    checkNames(scope.items, items);
    for (const item of items) item.lateralOnly = true;
    scope.items = [...scope.items, ...items];
  }
  for (const item of scope.items) item.lateralOnly = false;
}

/** Throws 42712 where two have one name. */
export function checkNames(some: readonly Item[], others: readonly Item[]): void {
  for (const { name, named, schema, relation } of others) {
    const same = some.find((item) => named && item.named && item.name !== null && item.name === name);
    const apart = same !== undefined && schema !== null && same.schema !== null && relation?.id !== same.relation?.id;
    if (same !== undefined && !apart) refuse('42712', `table name "${name ?? ''}" specified more than once`);
  }
}

function sourceOf(analysis: Analysis, scope: Scope, node: Node): Source {
  if ('JoinExpr' in node) return join(analysis, scope, node.JoinExpr);
  const item = single(analysis, scope, node);
  scope.all.push(item);
  return { items: [item], columns: item.columns, open: item.open };
}

function single(analysis: Analysis, scope: Scope, node: Node): Item {
  if ('RangeVar' in node) return table(analysis, scope, node.RangeVar);
  if ('RangeSubselect' in node) return subselect(analysis, scope, node.RangeSubselect);
  if ('RangeFunction' in node) return laterally(scope, () => functionOf(analysis, scope, node.RangeFunction));
  if ('RangeTableSample' in node && node.RangeTableSample.relation) return sample(single(analysis, scope, node.RangeTableSample.relation));
  if ('JsonTable' in node || 'RangeTableFunc' in node)
    return laterally(scope, () => aliased(tableFunctionItem(analysis, scope, node), aliasOf(node)));
  return notUnderstood(Object.keys(node)[0] ?? 'something in FROM');
}

function sample(item: Item): Item {
  if (item.relation?.kind === 'view') refuse('0A000', 'TABLESAMPLE clause can only be applied to tables and materialized views');
  return item;
}

function aliasOf(node: Node): Alias | undefined {
  return 'JsonTable' in node ? node.JsonTable.alias : 'RangeTableFunc' in node ? node.RangeTableFunc.alias : undefined;
}

function laterally<T>(scope: Scope, what: () => T): T {
  const before = scope.lateralActive;
  scope.lateralActive = true;
  const result = what();
  scope.lateralActive = before;
  return result;
}

function functionOf(analysis: Analysis, scope: Scope, range: RangeFunction): Item {
  return aliased(functionItem(analysis, scope, range), range.alias);
}

function table(analysis: Analysis, scope: Scope, range: RangeVar): Item {
  const { schemaname, relname = '', alias } = range;
  const common = schemaname === undefined ? scope.commonTable(relname) : undefined;
  if (common !== undefined) {
    const columns = common.columns().map((column) => ({ ...column }));
    return aliased(itemOf(columns, relname), alias);
  }
  return aliased(tableItem(analysis, range, 'read'), alias);
}

/** A table or view by its name, without its alias. Throws 42P01. */
export function tableItem(analysis: Analysis, range: RangeVar, access: 'read' | 'insert' | 'update' | 'delete'): Item {
  const { schemaname = null, relname = '' } = range;
  const relation = relationNamed(analysis, schemaname, relname);
  if (relation === null) return itemOf([], relname, { open: true });
  if ('ownedBy' in relation) return sequenceItem(analysis, relation);
  analysis.uses(relation, access);
  analysis.onTable?.(range, relation);
  const within = analysis.within?.get(relation.id);
  const columns = columnsOf(analysis, relation).filter((_, i) => within?.has(relation.columns[i]?.id ?? -1) ?? true);
  return itemOf(columns, relname, { schema: relation.schema, relation });
}

function columnsOf(analysis: Analysis, relation: Relation): readonly ScopeColumn[] {
  const meaning = relation.kind === 'view' ? viewMeaning(analysis, relation) : null;
  return relation.columns.map((column, i) => {
    const behind = meaning?.columns[i];
    return {
      name: column.name,
      type: column.type,
      column: meaning === null ? column : (behind?.column ?? null),
      sources: [column, ...(behind?.sources ?? [])],
      nullable: !column.notNull,
    };
  });
}

function sequenceItem(analysis: Analysis, { id, name }: Sequence): Item {
  analysis.sequences.add(id);
  const columns = { last_value: 'int8', log_cnt: 'int8', is_called: 'bool' };
  return itemOf(
    Object.entries(columns).map(([column, type]) => ({ name: column, type: builtIn(type), column: null, sources: [], nullable: false })),
    name,
  );
}

function subselect(analysis: Analysis, scope: Scope, { lateral = false, subquery, alias }: RangeSubselect): Item {
  if (subquery === undefined) return notUnderstood('a sub-query in FROM');
  const before = scope.lateralActive;
  scope.lateralActive = lateral;
  const columns = analysis.parts.query(analysis, scope, subquery);
  scope.lateralActive = before;
  return aliased(itemOf(columns.map(shown), null, { named: false }), alias);
}

/** Under another name, its first columns too. Throws 42P10. */
export function aliased(item: Item, alias: Alias | undefined): Item {
  if (alias === undefined) return item;
  const names = wordsOf(alias.colnames);
  const name = alias.aliasname ?? item.name;
  if (names.length > item.columns.length && !item.open) {
    refuse(
      '42P10',
      `table "${name ?? ''}" has ${String(item.columns.length)} columns available but ${String(names.length)} columns specified`,
    );
  }
  const columns = item.columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
  return { ...item, name, schema: null, named: true, columns };
}

function join(analysis: Analysis, scope: Scope, node: JoinExpr): Source {
  const { larg, rarg, jointype = 'JOIN_INNER', quals, alias, join_using_alias } = node;
  if (larg === undefined || rarg === undefined) return notUnderstood('a join');
  const left = sourceOf(analysis, scope, larg);
  const outer = scope.items;
  for (const item of left.items) item.lateralOnly = true;
  scope.items = [...outer, ...left.items];
  const right = sourceOf(analysis, scope, rarg);
  for (const item of left.items) item.lateralOnly = false;
  checkNames(left.items, right.items);
  const { columns, merged } = merge(analysis, node, left.columns, right.columns);
  scope.items = [...left.items, ...right.items];
  if (quals !== undefined) coerceToBoolean(analysis, analysis.expression(scope, quals), 'JOIN/ON');
  scope.items = outer;
  if (jointype === 'JOIN_LEFT' || jointype === 'JOIN_FULL') makeNullable(right);
  if (jointype === 'JOIN_RIGHT' || jointype === 'JOIN_FULL') makeNullable(left);
  const open = left.open || right.open;
  const whole = aliased(itemOf(columns, null, { named: false, open }), alias);
  const using = join_using_alias === undefined ? [] : [itemOf(merged, join_using_alias.aliasname ?? null, { bare: false })];
  if (alias !== undefined) return { items: [whole, ...using], columns: whole.columns, open };
  for (const item of [...left.items, ...right.items]) item.bare = false;
  return { items: [...left.items, ...right.items, ...using, whole], columns, open };
}

function makeNullable({ items }: Source): void {
  for (const { columns } of items) for (const column of columns) column.nullable = true;
}
