import type { Node } from 'libpg-query';
import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { relationAt } from '../catalog/lookup.ts';
import { type Abstract, TRUE, truthsOf } from '../evaluate/abstract.ts';
import { convert } from '../evaluate/convert.ts';
import { columnsIn, conjuncts } from '../evaluate/domain.ts';
import { evaluate, partsOf } from '../evaluate/evaluate.ts';
import type { OldRelease } from '../old-release.ts';
import type { Write } from '../resolve/resolution.ts';
import { all, as, type Body } from '../sql/node.ts';
import { defaultOf } from '../writes/row.ts';
import { blockStatements } from './block-statements.ts';
import { failureOf, type Part, partsOfFrom, type Reached, reached, scopeOf, valuesOf } from './reached.ts';
import { duplicate, failsSurely, rowRefusal, sameKey, stillReferenced } from './refusal.ts';
import { type StandingRow, StandingRows, unclear } from './standing-rows.ts';
import { triggerChanges } from './trigger-changes.ts';

/** The statements of a migration run on rows as the old release writes them. Only what surely fails is said; doubtful is null. */
export class OwnWrites {
  readonly #rows: StandingRows;
  #indexes: ReadonlySet<Id>;
  #upheld: ReadonlySet<Id>;
  #required: ReadonlySet<Id>;

  /** `seeds`: INSERTs of the schema. */
  constructor(old: OldRelease, seeds: readonly Write[]) {
    this.#rows = new StandingRows(old, seeds);
    this.#indexes = new Set(old.before.indexes.keys());
    this.#upheld = upheldIn(old.before);
    this.#required = requiredIn(old.before);
  }

  /** Why PostgreSQL refuses a statement, in its words, before it is applied to `now`. */
  failure(node: Node, text: string, now: Catalog): string | null {
    this.#rows.noteColumns(now);
    if ('UpdateStmt' in node) return this.#update(node.UpdateStmt, now);
    if ('InsertStmt' in node) return this.#insert(node.InsertStmt, now);
    if ('DeleteStmt' in node) return this.#delete(node.DeleteStmt, now);
    if ('SelectStmt' in node) return this.#selected(node.SelectStmt, now).failure;
    if ('CreateTableAsStmt' in node) {
      const { query, into } = node.CreateTableAsStmt;
      const select = as('SelectStmt', query);
      return select === undefined || into?.skipData === true ? null : this.#selected(select, now).failure;
    }
    if ('TruncateStmt' in node)
      for (const range of all('RangeVar', node.TruncateStmt.relations)) this.#forget(relationAt(now, range), true);
    if ('MergeStmt' in node || 'CopyStmt' in node) this.#hideTarget(node, now);
    if (!('DoStmt' in node)) return null;
    for (const { node: inner, surely } of blockStatements(text)) {
      if (!surely) this.#hideTarget(inner, now);
      const found = surely ? this.failure(inner, '', now) : null;
      if (found !== null) return found;
    }
    return null;
  }

  /** Columns that triggers change where an UPDATE sets others. */
  changedByTriggers(table: Id, set: readonly Id[], now: Catalog): readonly Id[] {
    const relation = now.relations.get(table);
    return relation === undefined ? [] : triggerChanges(relation, new Set(set), this.#rows.of(relation, now) ?? [], now);
  }

  /** Nobody knows any more which rows there are: they were taken back. */
  forget(): void {
    this.#rows.hideAll();
  }

  #hideTarget(node: Node, now: Catalog): void {
    const [{ relation: range }] = Object.values(node) as [{ relation?: { schemaname?: string; relname?: string } }];
    const relation = relationAt(now, range);
    if (relation !== undefined) this.#rows.hide(relation.id);
  }

  /** Why PostgreSQL refuses a constraint that a statement has just put on `now`, for rows that the migration or the schema wrote. */
  standingFailure(now: Catalog): string | null {
    const found = this.#duplicated(now) ?? this.#violated(now);
    this.#indexes = new Set(now.indexes.keys());
    this.#upheld = upheldIn(now);
    this.#required = requiredIn(now);
    return found;
  }

  #duplicated(now: Catalog): string | null {
    for (const { id, table, unique, predicate, keys, name } of now.indexes.values()) {
      const relation = now.relations.get(table);
      const columns = keys.flatMap((key) => ('column' in key ? [key.column] : []));
      if (this.#indexes.has(id) || !unique || predicate !== null || columns.length < keys.length || relation === undefined) continue;
      const rows = this.#rows.of(relation, now) ?? [];
      const twice = rows.some(
        ({ values, many, distinct, filled }) =>
          many && columns.some((one) => filled.has(one)) && columns.every((one) => !distinct.has(one) && values.get(one)?.kind === 'known'),
      );
      const [, ...rest] = rows;
      const pair = rows.some((row, i) =>
        rest
          .slice(i)
          .some((other) => (!row.many || !other.many) && columns.every((one) => sameKey(row.values.get(one), other.values.get(one)))),
      );
      if (twice || pair) return `could not create unique index "${name}"`;
    }
    return null;
  }

  #violated(now: Catalog): string | null {
    for (const relation of now.relations.values()) {
      for (const { id, kind, name, columns, expression, validated, enforced } of relation.constraints) {
        if (kind !== 'check' || !validated || !enforced || expression === null || this.#upheld.has(id)) continue;
        const rows = this.#written(relation, columns, now);
        if (rows.some(({ values }) => failsSurely(expression, values, relation, now)))
          return `check constraint "${name}" of relation "${relation.name}" is violated by some row`;
      }
      for (const { id, name, notNull } of relation.columns) {
        if (!notNull || this.#required.has(id)) continue;
        if (this.#written(relation, [id], now).some(({ values }) => values.get(id)?.kind === 'null'))
          return `column "${name}" of relation "${relation.name}" contains null values`;
      }
    }
    return null;
  }

  /** Rows of the schema's and the migration's INSERTs, and those in which the migration filled such a column. */
  #written(relation: Relation, columns: readonly Id[], now: Catalog): readonly StandingRow[] {
    const rows = this.#rows.of(relation, now) ?? [];
    return rows.filter(({ many, filled }) => !many || columns.some((id) => filled.has(id)));
  }

  #update({ relation: range, targetList, fromClause, whereClause, withClause }: Body<'UpdateStmt'>, now: Catalog): string | null {
    const relation = relationAt(now, range);
    if (range === undefined || relation === undefined || relation.rules.length > 0) return null;
    const target: Node = { RangeVar: range };
    const sets = all('ResTarget', targetList).flatMap(({ name, val }) => {
      const column = relation.columns.find((one) => one.name === name);
      return column === undefined
        ? []
        : [{ column, node: val, fixed: val !== undefined && !('MultiAssignRef' in val) && column.generated === null }];
    });
    const set = new Set(sets.map(({ column }) => column.id));
    const from = withClause === undefined ? partsOfFrom([target, ...(fromClause ?? [])], now, this.#rows) : null;
    const found = from === null ? null : this.#updated(relation, sets, from, whereClause, now);
    if (found !== null) return found;
    for (const row of this.#rows.of(relation, now) ?? []) {
      const parts: readonly Part[] = [{ alias: range.alias?.aliasname ?? range.relname ?? '', relation, row }];
      const scope = scopeOf(valuesOf(parts), now);
      const truths = (fromClause ?? []).length > 0 ? 7 : whereClause === undefined ? TRUE : truthsOf(evaluate(whereClause, scope));
      if ((truths & TRUE) === 0) continue;
      const after = sets.map(({ column, node, fixed }): [Id, Abstract] => {
        const value = fixed && truths === TRUE ? this.#assigned(node, column, scope, now) : unclear();
        return [
          column.id,
          value.kind === 'fault' || (value.kind === 'open' && value.type === 'unclear') || this.#triggered(relation, 'update')
            ? unclear()
            : value,
        ];
      });
      for (const [id, value] of after) row.values.set(id, value);
      for (const id of set) row.filled.add(id);
    }
    return null;
  }

  #updated(
    relation: Relation,
    sets: readonly { readonly column: Relation['columns'][number]; readonly node: Node | undefined; readonly fixed: boolean }[],
    { combinations, conditions }: NonNullable<ReturnType<typeof partsOfFrom>>,
    where: Node | undefined,
    now: Catalog,
  ): string | null {
    const set = new Set(sets.map(({ column }) => column.id));
    const tests = [...conditions, ...(where === undefined ? [] : conjuncts(where))];
    const expressions = sets.map(({ node }) => node);
    const changed: { row: StandingRow; values: ReadonlyMap<Id, Abstract> }[] = [];
    for (const parts of combinations) {
      const [target] = parts;
      if (target === undefined) continue;
      for (const one of reached(parts, tests, expressions, now)) {
        if ('kind' in one) return one.message;
        const wrong = expressions.map((node) => failureOf(node, one.scope, parts)).find((each) => each !== null);
        if (wrong !== undefined) return wrong.message;
        if (this.#triggered(relation, 'update')) continue;
        const values = new Map(
          relation.columns.flatMap(({ id, name }): [Id, Abstract][] => {
            const value = one.values.get(`${target.alias}.${name}`);
            return value === undefined ? [] : [[id, value]];
          }),
        );
        for (const { column, node, fixed } of sets) values.set(column.id, fixed ? this.#assigned(node, column, one.scope, now) : unclear());
        const refusal = rowRefusal(values, set, relation, now, this.#rows);
        if (refusal !== null) return refusal;
        const taken = sets.filter(({ node }) => !isDistinct(node, one)).map(({ column }) => column.id);
        const touched = (columns: readonly Id[]) => columns.some((id) => set.has(id));
        const twice = target.row.many
          ? duplicate(
              values,
              values,
              relation,
              now,
              (columns) => columns.every((id) => (set.has(id) ? taken.includes(id) : !target.row.distinct.has(id))) && touched(columns),
            )
          : null;
        const other = changed.find(({ row }) => row !== target.row && (!row.many || !target.row.many));
        const pair = other === undefined ? null : duplicate(values, other.values, relation, now, touched);
        if (twice !== null || pair !== null) return twice ?? pair;
        changed.push({ row: target.row, values });
      }
    }
    return null;
  }

  #assigned(node: Node | undefined, column: Relation['columns'][number], scope: Reached['scope'], now: Catalog): Abstract {
    if (node === undefined || 'SetToDefault' in node) return defaultOf(column, now);
    const value = convert(evaluate(node, scope), column.type, now);
    // What is not understood is not surely anything.
    return value.kind === 'open' && /"(SubLink|FuncCall)"/.test(JSON.stringify(node)) && value.nullable ? unclear() : value;
  }

  #triggered({ triggers }: Relation, event: 'insert' | 'update' | 'delete'): boolean {
    return triggers.some(({ enabled, events, timing }) => enabled && timing !== 'after' && events.includes(event));
  }

  #insert({ relation: range, cols, selectStmt, onConflictClause, withClause }: Body<'InsertStmt'>, now: Catalog): string | null {
    const relation = relationAt(now, range);
    if (relation === undefined || relation.rules.length > 0) return null;
    const names = all('ResTarget', cols).map(({ name }) => name ?? '');
    const select = as('SelectStmt', selectStmt);
    const lists = (select?.valuesLists ?? []).map((list) => as('List', list)?.items ?? []);
    const result = select === undefined || lists.length > 0 ? null : this.#selected(select, now);
    if (result?.failure !== undefined && result.failure !== null) return result.failure;
    const isPlain = withClause === undefined && names.every((name) => relation.columns.some((column) => column.name === name));
    if (!isPlain || (result !== null && result.rows === null) || this.#triggered(relation, 'insert')) {
      this.#rows.hide(relation.id);
      return null;
    }
    const scope = scopeOf(new Map(), now);
    const sources =
      result?.rows ?? (lists.length === 0 ? [[]] : lists).map((nodes) => ({ nodes, scope, many: false, distinct: (): boolean => false }));
    const given = names.length > 0 ? names : relation.columns.map(({ name }) => name);
    for (const { nodes, scope: at, many, distinct } of sources) {
      const values = new Map(
        relation.columns.map((column): [Id, Abstract] => {
          const node = nodes[given.indexOf(column.name)];
          if (column.generated !== null) return [column.id, unclear()];
          return [column.id, this.#assigned(node, column, at, now)];
        }),
      );
      const set = new Set(values.keys());
      const refusal = rowRefusal(values, set, relation, now, this.#rows);
      if (refusal !== null) return refusal;
      const own = new Set(
        relation.columns
          .filter(({ name }) => {
            const node = nodes[given.indexOf(name)];
            return node !== undefined && distinct(node);
          })
          .map(({ id }) => id),
      );
      if (onConflictClause === undefined) {
        const twice = many ? duplicate(values, values, relation, now, (columns) => columns.every((id) => !own.has(id))) : null;
        const standing = many ? [] : (this.#rows.of(relation, now) ?? []);
        const pair = standing.map((row) => duplicate(values, row.values, relation, now, () => true)).find((one) => one !== null);
        const taken = twice ?? pair ?? null;
        if (taken !== null) return taken;
      }
      const kept = [...values].map(([id, value]): [Id, Abstract] => [
        id,
        value.kind === 'open' && value.type === 'unclear' ? unclear() : value,
      ]);
      this.#rows.add(relation.id, { values: new Map(kept), many, distinct: own, filled: set });
    }
    return null;
  }

  /** `rows`: what it gives, a row for each way through it; null: nobody can say. */
  #selected(select: Body<'SelectStmt'>, now: Catalog): { readonly failure: string | null; readonly rows: readonly Source[] | null } {
    const { fromClause, whereClause, targetList, withClause, op, groupClause, havingClause, limitCount, limitOffset, distinctClause } =
      select;
    if (withClause !== undefined || (op !== undefined && op !== 'SETOP_NONE') || limitCount !== undefined || limitOffset !== undefined)
      return { failure: null, rows: null };
    const from = partsOfFrom(fromClause ?? [], now, this.#rows);
    if (from === null || havingClause !== undefined) return { failure: null, rows: null };
    const targets = all('ResTarget', targetList).map(({ val }) => val);
    const nodes = targets.flatMap((node) => node ?? []);
    const tests = [...from.conditions, ...(whereClause === undefined ? [] : conjuncts(whereClause))];
    const aggregates = groupClause !== undefined || distinctClause !== undefined || nodes.some((node) => isAggregate(node));
    const star = nodes.some((node) => 'ColumnRef' in node && partsOf(node.ColumnRef.fields).includes('*'));
    const rows: Source[] = [];
    for (const parts of from.combinations) {
      for (const one of reached(parts, tests, nodes, now)) {
        if ('kind' in one) return { failure: one.message, rows: null };
        const wrong = nodes.map((node) => failureOf(node, one.scope, parts)).find((each) => each !== null);
        if (wrong !== undefined) return { failure: wrong.message, rows: null };
        rows.push({
          nodes,
          scope: one.scope,
          many: parts.length > 0 && parts.every(({ row }) => row.many),
          distinct: (node) => isDistinct(node, one),
        });
      }
    }
    const isCertain = tests.length === 0 || rows.length > 0;
    return { failure: null, rows: aggregates || star || !isCertain ? null : rows };
  }

  #delete({ relation: range, whereClause, usingClause }: Body<'DeleteStmt'>, now: Catalog): string | null {
    const relation = relationAt(now, range);
    if (relation === undefined) return null;
    const surely = whereClause === undefined && usingClause === undefined;
    const found = surely && !this.#triggered(relation, 'delete') ? stillReferenced(relation, now, this.#rows) : null;
    this.#forget(relation, surely);
    return found;
  }

  #forget(relation: Relation | undefined, surely: boolean): void {
    if (relation !== undefined) this.#rows.remove(relation.id, surely);
  }
}

interface Source {
  readonly nodes: readonly Node[];
  readonly scope: Reached['scope'];
  readonly many: boolean;
  /** Whether no two of the rows have the same there. */
  readonly distinct: (node: Node) => boolean;
}

/** It follows from columns in which no two rows have the same, or from what is not understood. */
function isDistinct(node: Node | undefined, { parts, values }: Reached): boolean {
  const names = columnsIn(node);
  return parts.some(({ alias, relation, row }) =>
    relation.columns.some(({ id, name }) => {
      const value = values.get(`${alias}.${name}`);
      return names.has(name) && (row.distinct.has(id) || (value?.kind === 'open' && value.fresh));
    }),
  );
}

const AGGREGATES = new Set([
  'count',
  'sum',
  'min',
  'max',
  'avg',
  'array_agg',
  'string_agg',
  'jsonb_agg',
  'json_agg',
  'bool_or',
  'bool_and',
]);

function isAggregate(node: Node): boolean {
  return (
    all('FuncCall', [node]).some(({ funcname }) => AGGREGATES.has(partsOf(funcname).at(-1) ?? '')) ||
    /"(over|agg_star)"/.test(JSON.stringify(node))
  );
}

const upheldIn = ({ relations }: Catalog): ReadonlySet<Id> =>
  new Set(
    [...relations.values()].flatMap(({ constraints }) =>
      constraints.flatMap(({ id, validated, enforced }) => (validated && enforced ? [id] : [])),
    ),
  );

const requiredIn = ({ relations }: Catalog): ReadonlySet<Id> =>
  new Set([...relations.values()].flatMap(({ columns }) => columns.flatMap(({ id, notNull }) => (notNull ? [id] : []))));
