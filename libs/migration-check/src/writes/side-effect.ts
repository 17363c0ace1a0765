import type { Node } from 'libpg-query';
import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { identityOf, nothing, nullable, open, type Abstract } from '../evaluate/abstract.ts';
import { convert } from '../evaluate/convert.ts';
import { evaluate, partsOf, type Scope } from '../evaluate/evaluate.ts';
import { checkRefusals, valueRefusals, type Refusal } from './constraints.ts';
import type { Ran } from './flow.ts';
import { defaultOf, withGenerated, type Row } from './row.ts';

/** What a statement inside of a trigger means for the old release. */
export interface SideEffect {
  readonly verdict: 'unsafe' | 'unknown';
  readonly what: string;
}

/** Of the write that fires the trigger. */
export interface Fired {
  readonly catalog: Catalog;
  readonly before: Catalog;
  readonly relation: Relation;
  /** As the write leaves it. */
  readonly row: Row | null;
  /** Values that no other row of the table has, by `identityOf`. */
  readonly unique: ReadonlySet<string>;
  /** BEFORE the row is there. */
  readonly early: boolean;
  readonly reads: ReadonlySet<Id>;
  readonly tables: ReadonlySet<Id>;
  /** The trigger was there before: only what is new may refuse its rows. */
  readonly stood?: boolean;
}

/** null: nothing to the old release, and it cannot fail. */
export function sideEffect(ran: Ran, fired: Fired): SideEffect | null {
  if ('unclear' in ran) return { verdict: 'unknown', what: ran.unclear };
  const { node } = ran;
  const own = namesIn(node, 'FuncCall').find((name) => [...fired.catalog.routines.values()].some((routine) => routine.name === name));
  if (own !== undefined) return { verdict: 'unknown', what: `it calls ${own}()` };
  if ('InsertStmt' in node) return insertEffect(node.InsertStmt, ran, fired);
  if ('UpdateStmt' in node) return updateEffect(node.UpdateStmt, ran, fired);
  if ('DeleteStmt' in node) return deleteEffect(node.DeleteStmt, fired);
  if ('SelectStmt' in node) {
    const missing = rangesIn(node).find((name) => find(name, fired.catalog) === undefined);
    return missing === undefined ? null : { verdict: 'unknown', what: `it reads ${missing}` };
  }
  return { verdict: 'unknown', what: `it runs ${Object.keys(node)[0] ?? 'something'}` };
}

/** What an INSERT of a trigger that stood before fails with now; what it adds was added before too. */
export function newFailure(ran: Ran, fired: Fired): SideEffect | null {
  if ('unclear' in ran || !('InsertStmt' in ran.node)) return null;
  const table = find(ran.node.InsertStmt.relation?.relname ?? '', fired.catalog);
  if (table === undefined || !fired.before.relations.has(table.id)) return null;
  const refusal = insertRefusal(ran.node.InsertStmt, ran, table, { ...fired, stood: true });
  return refusal === null ? null : unsafe(refusal);
}

type Insert = Extract<Node, { InsertStmt: unknown }>['InsertStmt'];
type Update = Extract<Node, { UpdateStmt: unknown }>['UpdateStmt'];
type Delete = Extract<Node, { DeleteStmt: unknown }>['DeleteStmt'];

const unsafe = (what: string): SideEffect => ({ verdict: 'unsafe', what });

function insertEffect(node: Insert, ran: Extract<Ran, { node: Node }>, fired: Fired): SideEffect | null {
  const name = node.relation?.relname ?? '';
  const table = find(name, fired.catalog);
  if (table === undefined) return unsafe(`relation "${name}" does not exist`);
  if (fired.tables.has(table.id)) return unsafe(`it adds rows to ${name}, which the previous release reads`);
  if (table.kind !== 'table' && table.kind !== 'partitioned') return { verdict: 'unknown', what: `it writes to the ${table.kind} ${name}` };
  if (table.triggers.some(({ enabled, events }) => enabled && events.includes('insert')))
    return { verdict: 'unknown', what: `${name} has triggers` };
  const columns = (node.cols ?? []).map((one) => ('ResTarget' in one ? (one.ResTarget.name ?? '') : ''));
  const missing = columns.find((column) => !table.columns.some((one) => one.name === column));
  if (missing !== undefined) return unsafe(`column "${missing}" of relation "${name}" does not exist`);
  const refusal = insertRefusal(node, ran, table, fired);
  return refusal === null ? null : unsafe(refusal);
}

function insertRefusal(node: Insert, ran: Extract<Ran, { node: Node }>, table: Relation, fired: Fired): string | null {
  const columns = (node.cols ?? []).map((one) => ('ResTarget' in one ? (one.ResTarget.name ?? '') : ''));
  const given = columns.length > 0 ? columns : table.columns.map((column) => column.name);
  const scope = overTransitionTables(node.selectStmt, ran.scope, fired);
  for (const values of rowsIn(node.selectStmt).map((list) => list.flatMap((value) => expanded(value, fired.relation)))) {
    const row = new Map<string, Abstract>();
    for (const column of table.columns) {
      const value = values[given.indexOf(column.name)];
      const left = !given.includes(column.name) || value === undefined || 'SetToDefault' in value;
      row.set(column.name, left ? defaultOf(column, fired.catalog) : convert(evaluate(value, scope), column.type, fired.catalog));
    }
    const refusal = refusalOf(withGenerated(row, table, fired.catalog), table, node.onConflictClause !== undefined, fired);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** NEW.* as its columns. */
function expanded(value: Node, relation: Relation): readonly Node[] {
  const parts = 'ColumnRef' in value ? partsOf(value.ColumnRef.fields) : [];
  if (parts.length !== 2 || parts[1] !== '*' || (parts[0] !== 'new' && parts[0] !== 'old')) return [value];
  const [record] = parts;
  return relation.columns.map(({ name }) => ({ ColumnRef: { fields: [{ String: { sval: record } }, { String: { sval: name } }] } }));
}

/** Tables that are none of the catalog are the trigger's own, with the columns of its table. */
function overTransitionTables(select: Node | undefined, scope: Scope, { catalog, relation, row }: Fired): Scope {
  const from = select !== undefined && 'SelectStmt' in select ? (select.SelectStmt.fromClause ?? []) : [];
  const names = from.flatMap((one) => ('RangeVar' in one ? (one.RangeVar.relname ?? []) : ['']));
  if (names.length === 0 || names.some((name) => name === '' || find(name, catalog) !== undefined)) return scope;
  const own = (name: string) => (relation.columns.some((column) => column.name === name) ? (row?.get(name) ?? null) : null);
  return { ...scope, resolve: (parts) => scope.resolve(parts) ?? own(parts.at(-1) ?? '') };
}

/** VALUES as they are; of another SELECT the targets. */
function rowsIn(node: Node | undefined): readonly (readonly Node[])[] {
  if (node === undefined || !('SelectStmt' in node)) return [[]];
  const lists = (node.SelectStmt.valuesLists ?? []).map((list) => ('List' in list ? (list.List.items ?? []) : []));
  if (lists.length > 0) return lists;
  return [(node.SelectStmt.targetList ?? []).flatMap((one) => ('ResTarget' in one ? (one.ResTarget.val ?? []) : []))];
}

function refusalOf(row: Row, table: Relation, conflict: boolean, fired: Fired): string | null {
  const { catalog, before, unique, early, relation, stood = false } = fired;
  const earlier = before.relations.get(table.id);
  const refusesSince = ({ column: id, key }: Refusal): boolean => {
    const [old, now] = [earlier, table].map((one) => one?.columns.find((column) => column.id === id));
    if (old === undefined || now === undefined) return true;
    if (key.startsWith('type')) return JSON.stringify(old.type) !== JSON.stringify(now.type);
    return !old.notNull || (old.default !== null && now.default === null);
  };
  const place = {
    relation: table,
    named: table,
    catalog,
    upheld: stood && earlier !== undefined ? [earlier] : [],
    namedBefore: earlier,
    before,
    moved: new Set<string>(),
  };
  const refused = valueRefusals(row, table, catalog).filter((one) => !stood || refusesSince(one));
  const [refusal] = [...refused, ...checkRefusals(row, place)];
  if (refusal !== undefined) return refusal.message;
  const valueOf = (id: Id): Abstract => row.get(table.columns.find((column) => column.id === id)?.name ?? '') ?? nothing;
  for (const index of catalog.indexes.values()) {
    if (index.table !== table.id || !index.unique || conflict || (stood && before.indexes.has(index.id))) continue;
    const values = index.keys.map((key) => ('column' in key ? valueOf(key.column) : open('unclear')));
    const free = values.some(
      (value) =>
        (value.kind === 'open' && value.fresh) || (value.kind === 'null' && !index.nullsNotDistinct) || unique.has(identityOf(value) ?? ''),
    );
    if (!free) return `duplicate key value violates unique constraint "${index.name}"`;
  }
  for (const { id, kind, name, columns, references, enforced } of table.constraints) {
    if (kind !== 'foreign' || references === null || !enforced) continue;
    if (stood && earlier?.constraints.some((one) => one.id === id) === true) continue;
    const values = columns.map(valueOf);
    if (values.some((value) => value.kind === 'null')) continue;
    const own = references.table === relation.id && !early && values.every((value) => unique.has(identityOf(value) ?? ''));
    if (!own) return `insert or update on table "${table.name}" violates foreign key constraint "${name}"`;
  }
  return null;
}

function updateEffect(node: Update, ran: Extract<Ran, { node: Node }>, fired: Fired): SideEffect | null {
  const name = node.relation?.relname ?? '';
  const table = find(name, fired.catalog);
  if (table === undefined) return unsafe(`relation "${name}" does not exist`);
  const set = (node.targetList ?? []).map((one) => ('ResTarget' in one ? (one.ResTarget.name ?? '') : ''));
  const columns = set.map((column) => table.columns.find((one) => one.name === column));
  const missing = columns.indexOf(undefined);
  if (missing >= 0) return unsafe(`column "${set[missing] ?? ''}" of relation "${name}" does not exist`);
  const read = columns.find((column) => column !== undefined && fired.reads.has(column.id));
  if (read !== undefined) return unsafe(`it changes ${name}.${read.name}, which the previous release reads`);
  const ids = new Set(columns.flatMap((column) => column?.id ?? []));
  const again = table.triggers.some(
    ({ enabled, events, ofColumns }) =>
      enabled && events.includes('update') && (ofColumns.length === 0 || ofColumns.some((id) => ids.has(id))),
  );
  if (again) return { verdict: 'unknown', what: `its UPDATE of ${name} fires further triggers` };
  const bound = table.constraints.find(({ kind, columns: of }) => kind !== 'not null' && of.some((id) => ids.has(id)));
  if (bound !== undefined) return { verdict: 'unknown', what: `its UPDATE of ${name} may violate "${bound.name}"` };
  const required = columns.find((column) => column?.notNull === true);
  const values = (node.targetList ?? []).map((one) => ('ResTarget' in one ? one.ResTarget.val : undefined));
  const maybe = required !== undefined && values.some((value) => nullable(evaluate(value, ran.scope)));
  return maybe ? { verdict: 'unknown', what: `its UPDATE of ${name} may write null into "${required.name}"` } : null;
}

function deleteEffect(node: Delete, fired: Fired): SideEffect | null {
  const name = node.relation?.relname ?? '';
  const table = find(name, fired.catalog);
  if (table === undefined) return unsafe(`relation "${name}" does not exist`);
  if (fired.tables.has(table.id)) return unsafe(`it deletes rows of ${name}, which the previous release reads`);
  const children = [...fired.catalog.relations.values()].some(({ constraints }) =>
    constraints.some(({ references }) => references?.table === table.id),
  );
  return children || table.triggers.length > 0 ? { verdict: 'unknown', what: `its DELETE from ${name} reaches further tables` } : null;
}

function find(name: string, catalog: Catalog): Relation | undefined {
  return [...catalog.relations.values()].find((relation) => relation.name === name);
}

function rangesIn(node: Node): readonly string[] {
  const names: string[] = [];
  walk(node, (key, value) => {
    if (key === 'RangeVar') names.push((value as { relname?: string }).relname ?? '');
  });
  return names;
}

function namesIn(node: Node, kind: string): readonly string[] {
  const names: string[] = [];
  walk(node, (key, value) => {
    if (key === kind) names.push(partsOf((value as { funcname?: Node[] }).funcname).at(-1) ?? '');
  });
  return names;
}

function walk(value: unknown, visit: (key: string, value: object) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (typeof part === 'object' && part !== null) visit(key, part);
    walk(part, visit);
  }
}
