import type { FuncCall, Node, RangeVar, SelectStmt } from 'libpg-query';
import { as, constantOf, stringsOf, walk, within } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Catalog, Relation } from './catalog.ts';
import { conjunctsOf } from './expressions.ts';
import { columnById, columnNamed, findRelation, indexesOf, nameOfRange } from './lookup.ts';
import { descendantsOf, lock, toil, type Work } from './work.ts';

/** A relation in FROM, under the name that the query gives it. */
export interface Ranged {
  readonly relation: Relation;
  readonly alias: string;
  /** Without ONLY. */
  readonly withChildren: boolean;
}

/** Locks and scans of everything that a query reads, in its subqueries and WITH too. */
export function effectsOfReading(work: Work, query: unknown): void {
  const names = new Set(within('CommonTableExpr', query).map(({ ctename }) => ctename ?? ''));
  walk({ query }, (kind, body) => {
    if (kind === 'SelectStmt') readSelect(work, body as SelectStmt, names);
    return undefined;
  });
}

function readSelect(work: Work, select: SelectStmt, ctes: ReadonlySet<string>): void {
  for (const side of [select.larg, select.rarg]) if (side !== undefined) readSelect(work, side, ctes);
  const strength = select.lockingClause === undefined ? 'access share' : 'row share';
  const inScope = rangesOf(work.catalog, select.fromClause, ctes);
  const fixed = fixedOf(work.catalog, inScope, [select.whereClause, ...joinQuals(select.fromClause)]);
  for (const one of inScope) {
    lock(work, one.relation.id, strength);
    if (stopsEarly(select) || fixed.has(one) || asksEnds(work.catalog, select, one)) continue;
    scan(work, one, new Set());
  }
}

/** A view reads what is below it. */
export function scan(work: Work, { relation, withChildren }: Omit<Ranged, 'alias'>, seen: ReadonlySet<number>): void {
  if (seen.has(relation.id)) return;
  if (relation.kind === 'view') {
    for (const use of relation.dependsOn) {
      const below = work.catalog.relations.get(use.relation);
      if (below === undefined) continue;
      lock(work, below.id, 'access share');
      scan(work, { relation: below, withChildren: true }, new Set([...seen, relation.id]));
    }
    return;
  }
  toil(work, 'scan', relation.id, COSTS.rows);
  if (!withChildren) return;
  for (const part of descendantsOf(work.catalog, relation.id)) {
    lock(work, part.id, 'access share');
    toil(work, 'scan', part.id, COSTS.rows);
  }
}

/** Relations of one FROM, not those of subqueries in it. */
export function rangesOf(catalog: Catalog, from: readonly Node[] | undefined, ctes: ReadonlySet<string>): readonly Ranged[] {
  const found: Ranged[] = [];
  walk(from, (kind, body) => {
    if (kind === 'SelectStmt') return false;
    if (kind !== 'RangeVar') return undefined;
    const range = body as RangeVar;
    const relation = range.schemaname === undefined && ctes.has(range.relname ?? '') ? null : findRelation(catalog, nameOfRange(range));
    if (relation !== null) found.push({ relation, alias: range.alias?.aliasname ?? range.relname ?? '', withChildren: range.inh === true });
    return undefined;
  });
  return found;
}

function joinQuals(from: readonly Node[] | undefined): readonly (Node | undefined)[] {
  return within('JoinExpr', from).flatMap(({ jointype, quals }) => (jointype === 'JOIN_INNER' ? [quals] : []));
}

/** `LIMIT n` without anything that has to see all rows first, and `EXISTS (SELECT … FROM t)` without a condition. */
function stopsEarly(select: SelectStmt): boolean {
  const limit = constantOf(select.limitCount);
  if (typeof limit !== 'number') return false;
  const { whereClause, sortClause, groupClause, havingClause, distinctClause } = select;
  const needsAll = [whereClause, sortClause, groupClause, havingClause, distinctClause].some((part) => part !== undefined);
  return !needsAll && within('FuncCall', select.targetList).length === 0;
}

/** `min(c)` and `max(c)` alone, of a column that leads an index, without a condition: a look at either end of the index. */
function asksEnds(catalog: Catalog, select: SelectStmt, { relation, withChildren }: Ranged): boolean {
  const { fromClause, whereClause, groupClause, havingClause, distinctClause, targetList } = select;
  const isNarrowed = [whereClause, groupClause, havingClause, distinctClause].some((part) => part !== undefined);
  if (isNarrowed || fromClause?.length !== 1 || as('RangeVar', fromClause[0]) === undefined) return false;
  if (withChildren && relation.kind !== 'partitioned' && descendantsOf(catalog, relation.id).length > 0) return false;
  const calls = within('FuncCall', targetList);
  const ends = calls.filter(({ funcname }) => ['min', 'max'].includes(stringsOf(funcname).at(-1) ?? ''));
  const isPlain = ({ agg_filter, agg_distinct }: FuncCall): boolean => agg_filter === undefined && agg_distinct !== true;
  const leads = ({ args = [] }: FuncCall): boolean => {
    const name = stringsOf(as('ColumnRef', args[0])?.fields).at(-1);
    const id = name === undefined ? undefined : columnNamed(relation, name)?.id;
    return indexesOf(catalog, relation.id).some(({ valid, method, predicate, keys: [key] }) => {
      return valid && method === 'btree' && predicate === null && key !== undefined && 'column' in key && key.column === id;
    });
  };
  const others = calls.filter((call) => !ends.includes(call) && !ONE_BY_ONE.has(stringsOf(call.funcname).at(-1) ?? ''));
  const referred = within('ColumnRef', targetList).length;
  return ends.length > 0 && others.length === 0 && referred === ends.length && ends.every((call) => isPlain(call) && leads(call));
}

/** Functions that are not over all rows. */
const ONE_BY_ONE = new Set(['setval', 'nextval', 'pg_get_serial_sequence']);

/** Relations of which an index finds the few rows that are wanted; a row that is found may lead to those of another relation. */
export function fixedOf(catalog: Catalog, inScope: readonly Ranged[], conditions: readonly (Node | undefined)[]): ReadonlySet<Ranged> {
  const fixed = new Set<Ranged>();
  for (let before = -1; before < fixed.size;) {
    before = fixed.size;
    for (const one of inScope) {
      const rows = inScope.filter((other) => other === one || !fixed.has(other));
      if (!fixed.has(one) && isFixed(catalog, one, { inScope, rows }, conditions)) fixed.add(one);
    }
  }
  return fixed;
}

interface Scope {
  readonly inScope: readonly Ranged[];
  /** Those whose rows are not known one by one. */
  readonly rows: readonly Ranged[];
}

/** Whether conditions fix the columns of a unique key to values, or the first of one to a short range: then an index finds the rows. */
function isFixed(catalog: Catalog, one: Ranged, scope: Scope, conditions: readonly (Node | undefined)[]): boolean {
  const parts = conditions.flatMap((condition) => (condition === undefined ? [] : conjunctsOf(condition)));
  const tests = parts.flatMap((part) => testsOf(part, one, scope));
  const fixed = new Set(tests.filter(({ test }) => test === 'equal').map(({ column }) => column));
  return indexesOf(catalog, one.relation.id).some((index) => {
    if (!index.unique || !index.valid || index.predicate !== null || index.keys.length === 0) return false;
    const columns = index.keys.map((key) => ('column' in key ? (columnById(one.relation, key.column)?.name ?? '') : ''));
    if (columns.every((column) => fixed.has(column))) return true;
    const [first = ''] = columns;
    return (['above', 'below'] as const).every((side) => tests.some(({ column, test }) => column === first && test === side));
  });
}

interface Test {
  readonly column: string;
  readonly test: 'equal' | 'above' | 'below';
}

const COMPARISONS: Readonly<Record<string, Test['test']>> = { '=': 'equal', '>': 'above', '>=': 'above', '<': 'below', '<=': 'below' };
const MIRRORED: Readonly<Record<Test['test'], Test['test']>> = { equal: 'equal', above: 'below', below: 'above' };

function testsOf(part: Node, one: Ranged, { inScope, rows }: Scope): readonly Test[] {
  const test = as('A_Expr', part);
  if (test === undefined) return [];
  const [left, right] = [ownColumn(test.lexpr, one, inScope), ownColumn(test.rexpr, one, inScope)];
  const isValue = (node: Node | undefined): boolean => node !== undefined && !mentionsRow(node, rows);
  const comparison = COMPARISONS[stringsOf(test.name).at(-1) ?? ''];
  if (test.kind === 'AEXPR_BETWEEN' && left !== null && isValue(test.rexpr))
    return [
      { column: left, test: 'above' },
      { column: left, test: 'below' },
    ];
  if (comparison === undefined) return [];
  if (test.kind === 'AEXPR_IN' || test.kind === 'AEXPR_OP_ANY')
    return left !== null && comparison === 'equal' && isValue(test.rexpr) ? [{ column: left, test: 'equal' }] : [];
  if (test.kind !== 'AEXPR_OP') return [];
  if (left !== null && isValue(test.rexpr)) return [{ column: left, test: comparison }];
  return right !== null && isValue(test.lexpr) ? [{ column: right, test: MIRRORED[comparison] }] : [];
}

/** The column of this relation that the node is, null for anything else. */
function ownColumn(node: Node | undefined, { relation, alias }: Ranged, inScope: readonly Ranged[]): string | null {
  const names = stringsOf(as('ColumnRef', node)?.fields);
  const name = names.at(-1);
  if (name === undefined || columnNamed(relation, name) === undefined) return null;
  const qualifier = names.at(-2);
  if (qualifier !== undefined) return qualifier === alias ? name : null;
  return inScope.filter((other) => columnNamed(other.relation, name) !== undefined).length === 1 ? name : null;
}

/** Whether it differs from row to row: what no relation of the query has is a variable around it. */
function mentionsRow(node: Node, inScope: readonly Ranged[]): boolean {
  if (within('SubLink', node).some(({ subLinkType }) => subLinkType !== 'EXPR_SUBLINK')) return true;
  return within('ColumnRef', node).some(({ fields }) => {
    const names = stringsOf(fields);
    const qualifier = names.at(-2);
    if (qualifier !== undefined) return inScope.some(({ alias }) => alias === qualifier);
    return inScope.some(({ relation }) => columnNamed(relation, names.at(-1) ?? '') !== undefined);
  });
}
