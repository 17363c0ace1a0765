import type { Node } from 'libpg-query';
import type { Catalog, Constraint, Id, Relation } from '../catalog/catalog.ts';
import { identityOf, keyOf, nothing, type Abstract } from '../evaluate/abstract.ts';
import type { Breakage } from '../previous/breakage.ts';
import type { Value } from '../resolve/resolution.ts';
import { unsafe, type Old, type OldWrite } from './old-writes.ts';
import { domainsOf, rowsOf, type Rows } from './row.ts';
import type { Simulation } from './simulation.ts';

type Foreign = Constraint & { readonly references: NonNullable<Constraint['references']> };

interface Moment {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly old: Old;
}

const isForeign = (constraint: Constraint): constraint is Foreign =>
  constraint.kind === 'foreign' && constraint.references !== null && constraint.enforced;

/** Foreign keys that are new or other than before, for the writes of their child and of their parent. */
export function referenceBreakages(one: OldWrite, simulation: Simulation, moment: Moment): readonly Breakage[] {
  return [...childBreakages(one, simulation, moment), ...parentBreakages(one, simulation, moment)];
}

/** The same key before under any name. */
function counterpart(constraint: Foreign, relation: Relation | undefined): Foreign | undefined {
  const all = (relation?.constraints ?? []).filter(isForeign);
  const shape = ({ columns, references }: Foreign) => JSON.stringify([columns, references.table, references.columns]);
  return all.find(({ id }) => id === constraint.id) ?? all.find((other) => shape(other) === shape(constraint));
}

const CHILD =
  'Let the previous release go first, or let it write parents before children; add the key NOT VALID and validate it when it is gone.';

function childBreakages(one: OldWrite, { relation, rows, moved }: Simulation, moment: Moment): readonly Breakage[] {
  const found: Breakage[] = [];
  for (const constraint of relation.constraints.filter(isForeign)) {
    const same = !constraint.columns.some((id) => moved.has(nameOf(relation, id)));
    const old = counterpart(constraint, moment.before.relations.get(relation.id));
    const sooner = old?.deferrable === true && !constraint.deferrable && insertsParentLater(constraint, one, moment.old);
    if (same && old !== undefined && !sooner) continue;
    if (!rows.some((row) => mayHaveNoParent(row, constraint, one, { relation, moved }, moment))) continue;
    const message = `"${one.label}" may fail: insert or update on table "${relation.name}" violates foreign key constraint "${constraint.name}".`;
    found.push(unsafe('add-constraint', message, CHILD));
  }
  return found;
}

/** The old release relies on a check that waits for the end of its transaction. */
function insertsParentLater({ references }: Foreign, { order }: OldWrite, { writes }: Old): boolean {
  return writes.some(
    ({ write, order: later, resolution }) =>
      resolution !== null && later > order && write.command === 'insert' && write.table === references.table,
  );
}

function mayHaveNoParent(
  { new: row, old }: Rows,
  constraint: Foreign,
  one: OldWrite,
  { relation, moved }: Pick<Simulation, 'relation' | 'moved'>,
  moment: Moment,
): boolean {
  if (row === null) return false;
  const { references } = constraint;
  const names = constraint.columns.map((id) => nameOf(relation, id));
  const values = names.map((name) => row.get(name) ?? nothing);
  if (values.some(({ kind }) => kind === 'null')) return false;
  if (old !== null && names.every((name, i) => keyOf(values[i] ?? nothing) === keyOf(old.get(name) ?? nothing))) return false;
  const parent = moment.after.relations.get(references.table);
  if (parent === undefined) return true;
  const keys = references.columns.map((id) => nameOf(parent, id));
  if (parent.id === relation.id && keys.every((name, i) => keyOf(row.get(name) ?? nothing) === keyOf(values[i] ?? nothing))) return false;
  const parents = [
    ...moment.old.standing.filter(({ table }) => table === parent.id),
    ...moment.old.writes
      .filter(
        ({ write, order, resolution }) =>
          resolution !== null && order <= one.order && write.table === parent.id && write.command === 'insert',
      )
      .map(({ write }) => write),
  ];
  const domains = domainsOf(moment.before.relations.get(parent.id), moment.before);
  if (parents.some((write) => holds(rowsOf(write, parent, moment.after, domains).new, keys, values))) return false;
  if (sameAsOldKey(values, row, relation, constraint, moment, moved)) return false;
  const given = one.write.values.filter(({ column }) => constraint.columns.includes(column)).map(({ value }) => value);
  return !(given.length > 0 && given.every((value) => comesFrom(value, parent, keys, one)));
}

function holds(row: Rows['new'], keys: readonly string[], values: readonly Abstract[]): boolean {
  return row !== null && keys.every((name, i) => keyOf(row.get(name) ?? nothing) === keyOf(values[i] ?? nothing));
}

/** Another column of the row holds the same value under a foreign key to the same place, from before. */
function sameAsOldKey(
  values: readonly Abstract[],
  row: NonNullable<Rows['new']>,
  relation: Relation,
  { references, deferrable }: Foreign,
  { before }: Moment,
  moved: ReadonlySet<string>,
): boolean {
  const all = (before.relations.get(relation.id)?.constraints ?? []).filter(isForeign);
  const keys = all.filter(({ columns }) => !columns.some((id) => moved.has(nameOf(relation, id))));
  return keys.some(
    (other) =>
      other.references.table === references.table &&
      (deferrable || !other.deferrable) &&
      JSON.stringify(other.references.columns) === JSON.stringify(references.columns) &&
      other.columns.every((id, i) => {
        const identity = identityOf(row.get(nameOf(relation, id)) ?? nothing);
        return identity !== null && identity === identityOf(values[i] ?? nothing);
      }),
  );
}

/** It is read from the parent's key: by a sub-select, or from the row that the same query inserts. */
function comesFrom(value: Value, parent: Relation, keys: readonly string[], { resolution }: OldWrite): boolean {
  if (value.kind === 'null') return true;
  if (value.kind !== 'expression') return false;
  const reads = (resolution?.reads ?? []).some(({ column }) => parent.columns.some(({ id, name }) => id === column && keys.includes(name)));
  const inserts = (resolution?.writes ?? []).some(({ table, command }) => table === parent.id && command === 'insert');
  if (!reads && !inserts) return false;
  const target = selectedColumn(value.node);
  return target !== null && (keys.includes(target) || inserts);
}

/** The column that an expression is, or that a sub-select gives. */
function selectedColumn(node: Node): string | null {
  if ('ColumnRef' in node) {
    const last = node.ColumnRef.fields?.at(-1);
    return last !== undefined && 'String' in last ? (last.String.sval ?? null) : null;
  }
  if ('SubLink' in node && node.SubLink.subselect !== undefined && 'SelectStmt' in node.SubLink.subselect) {
    const target = node.SubLink.subselect.SelectStmt.targetList?.[0];
    return target !== undefined && 'ResTarget' in target && target.ResTarget.val !== undefined
      ? selectedColumn(target.ResTarget.val)
      : null;
  }
  return null;
}

const PARENT =
  'Add the key when the previous release is gone, or ON DELETE CASCADE / SET NULL from a table that only the new release knows.';

function parentBreakages(one: OldWrite, { relation, rows }: Simulation, moment: Moment): readonly Breakage[] {
  if (one.write.command === 'insert' && one.write.conflict?.action !== 'update') return [];
  const found: Breakage[] = [];
  const say = (what: string) => found.push(unsafe('add-constraint', `"${one.label}" ${what}.`, PARENT));
  for (const [child, constraint] of childrenOf(relation.id, moment.after)) {
    if (!touches(constraint, relation, rows)) continue;
    const old = counterpart(constraint, moment.before.relations.get(child.id));
    const what = parentEffect(child, constraint, old, one, moment);
    if (what !== null) say(what);
  }
  for (const [child, constraint] of childrenOf(relation.id, moment.before)) {
    const later = moment.after.relations.get(child.id);
    if (later === undefined || counterpart(constraint, later) !== undefined || !touches(constraint, relation, rows)) continue;
    if (!constraint.columns.every((id) => later.columns.some((column) => column.id === id))) continue;
    const action = actionOf(constraint, one);
    if (action !== 'no action' && action !== 'restrict') {
      say(`relied on "${constraint.name}" to ${action} in ${child.name}, where rows now point to nothing`);
    }
  }
  return found;
}

function childrenOf(parent: Id, catalog: Catalog): readonly (readonly [Relation, Foreign])[] {
  return [...catalog.relations.values()].flatMap((child) =>
    child.constraints
      .filter(isForeign)
      .filter(({ references }) => references.table === parent)
      .map((constraint) => [child, constraint] as const),
  );
}

/** A DELETE, or an UPDATE of the key. */
function touches({ references }: Foreign, parent: Relation, rows: readonly Rows[]): boolean {
  const names = references.columns.map((id) => nameOf(parent, id));
  return rows.some(
    ({ new: row, old }) =>
      old !== null && (row === null || names.some((name) => keyOf(row.get(name) ?? nothing) !== keyOf(old.get(name) ?? nothing))),
  );
}

const actionOf = ({ references }: Foreign, { write }: OldWrite) => (write.command === 'delete' ? references.onDelete : references.onUpdate);

function parentEffect(child: Relation, constraint: Foreign, old: Foreign | undefined, one: OldWrite, moment: Moment): string | null {
  const action = actionOf(constraint, one);
  const strict = action === 'no action' || action === 'restrict';
  const parent = moment.after.relations.get(constraint.references.table)?.name ?? '';
  const refused = `may fail: update or delete on table "${parent}" violates foreign key constraint "${constraint.name}" on table "${child.name}"`;
  const before = moment.before.relations.get(child.id);
  const nullKey = action === 'set null' && child.columns.some(({ id, notNull }) => constraint.columns.includes(id) && notNull);
  if (old !== undefined) {
    const was = actionOf(old, one);
    if (was === action || (strict && (was === 'no action' || was === 'restrict'))) return null;
    return strict || nullKey ? refused : `now does "${action}" in ${child.name} where it did "${was}" ("${constraint.name}")`;
  }
  const existed = before !== undefined && constraint.columns.every((id) => before.columns.some((column) => column.id === id));
  if (existed && deletesChildrenFirst(child, constraint, one, moment)) return null;
  if (strict || nullKey) return refused;
  const read = moment.old.tables.has(child.id);
  if (action === 'cascade')
    return before !== undefined && read ? `now also ${one.write.command}s rows of ${child.name} ("${constraint.name}")` : null;
  return existed && constraint.columns.some((id) => moment.old.reads.has(id))
    ? `now also changes rows of ${child.name} ("${constraint.name}")`
    : null;
}

/** The old release takes the children away itself, by this key, before. */
function deletesChildrenFirst(child: Relation, constraint: Foreign, one: OldWrite, { old }: Moment): boolean {
  return old.writes.some(
    ({ write, order, resolution }) =>
      order <= one.order &&
      write.table === child.id &&
      write.command === 'delete' &&
      (resolution?.reads ?? []).some(({ column }) => constraint.columns.includes(column)),
  );
}

function nameOf({ columns }: Relation, id: Id): string {
  return columns.find((column) => column.id === id)?.name ?? '';
}
