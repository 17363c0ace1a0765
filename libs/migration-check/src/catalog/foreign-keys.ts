import type { Constraint as Written } from 'libpg-query';
import { canCoerce } from '../resolve/coercion.ts';
import { keyOf, TypeSystem } from '../resolve/type-system.ts';
import { stringsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Constraint, Relation } from './catalog.ts';
import { blank, type Site } from './constraint-site.ts';
import { nextId } from './identity.ts';
import { isUniqueKey, primaryKeyOf } from './keys.ts';
import { columnById, columnNamed, nameOfRange, needColumn, needRelation } from './lookup.ts';
import { freeConstraintName } from './names.ts';
import { childrenOf, descendantsOf, lock, mayHaveRows, refuse, toil, type Work } from './work.ts';

type Action = NonNullable<Constraint['references']>['onDelete'];

const ACTIONS: Readonly<Partial<Record<string, Action>>> = { r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };
const actionOf = (letter: string | undefined): Action => ACTIONS[letter ?? 'a'] ?? 'no action';

/** FOREIGN KEY and REFERENCES: locks both tables against writers, and reads both unless it is NOT VALID or not enforced. */
export function addForeignKey(work: Work, table: Relation, written: Written, site: Site): void {
  const referenced = needRelation(work, nameOfRange(written.pktable ?? {}));
  if (!site.fresh) lock(work, table.id, 'share row exclusive');
  if (referenced.id !== table.id || !site.fresh) lock(work, referenced.id, 'share row exclusive');
  for (const part of descendantsOf(work.catalog, referenced.id)) lock(work, part.id, 'share row exclusive');
  if (referenced.kind !== 'table' && referenced.kind !== 'partitioned') refuse(`referenced relation "${referenced.name}" is not a table`);
  const names = written.fk_attrs === undefined && site.column !== null ? [site.column] : stringsOf(written.fk_attrs);
  const columns = names.map((name) => foreignColumn(table, name));
  const targets = targetsOf(work, referenced, written);
  if (columns.length !== targets.length) refuse('number of referencing and referenced columns for foreign key disagree');
  const name = written.conname ?? freeConstraintName(table, [table.name, names.join('_'), 'fkey'], new Set());
  mustCompare(work, { table, referenced, columns, targets, name });
  const enforced = written.is_enforced === true;
  const references = {
    table: referenced.id,
    columns: targets,
    onDelete: actionOf(written.fk_del_action),
    onUpdate: actionOf(written.fk_upd_action),
  };
  const validated = enforced && (site.fresh || site.skipForeignKey || written.skip_validation !== true);
  const deferrable = written.deferrable === true;
  referTo(
    work,
    table,
    { ...blank(), name, kind: 'foreign', columns, validated, enforced, deferrable, references },
    validated && !site.fresh && !site.skipForeignKey,
  );
}

/** On the table and, as they are parts of it, on its partitions. */
function referTo(work: Work, table: Relation, constraint: Constraint, reads: boolean): void {
  table.constraints.push(constraint);
  if (reads) readBoth(work, table, constraint, COSTS.foreignKey);
  if (table.kind !== 'partitioned') return;
  for (const partition of childrenOf(work.catalog, table.id)) {
    lock(work, partition.id, 'share row exclusive');
    inheritForeignKey(work, table, partition, constraint, reads);
  }
}

/** Gives a partition the foreign key of its table, unless it has the same one. */
export function inheritForeignKey(work: Work, table: Relation, partition: Relation, constraint: Constraint, reads: boolean): void {
  const columns = constraint.columns.map((id) => needColumn(partition, columnById(table, id)?.name ?? '').id);
  const same = (one: Constraint): boolean =>
    one.kind === 'foreign' && one.references?.table === constraint.references?.table && one.columns.join() === columns.join();
  if (!partition.constraints.some(same)) referTo(work, partition, { ...constraint, id: nextId(), columns }, reads);
}

/** The check that every row has what it refers to. */
export function readBoth(
  work: Work,
  table: Relation,
  { references }: Constraint,
  cost: (typeof COSTS)['foreignKey' | 'enforced' | 'typeReference'],
): void {
  toil(work, 'scan', table.id, cost);
  if (references !== null && mayHaveRows(work, table)) toil(work, 'scan', references.table, cost);
}

function foreignColumn(table: Relation, name: string): number {
  const column = columnNamed(table, name) ?? refuse(`column "${name}" referenced in foreign key constraint does not exist`);
  if (column.generated?.kind === 'virtual') refuse('foreign key constraints on virtual generated columns are not supported');
  return column.id;
}

function targetsOf(work: Work, referenced: Relation, written: Written): readonly number[] {
  const named = stringsOf(written.pk_attrs);
  if (named.length === 0) return primaryKeyOf(referenced) ?? refuse(`there is no primary key for referenced table "${referenced.name}"`);
  const columns = named.map((name) => foreignColumn(referenced, name));
  if (!isUniqueKey(work, referenced, columns))
    refuse(`there is no unique constraint matching given keys for referenced table "${referenced.name}"`);
  return columns;
}

interface Pairs {
  readonly table: Relation;
  readonly referenced: Relation;
  readonly columns: readonly number[];
  readonly targets: readonly number[];
  readonly name: string;
}

function mustCompare({ catalog }: Work, { table, referenced, columns, targets, name }: Pairs): void {
  const types = new TypeSystem(catalog, catalog.searchPath);
  for (const [i, id] of columns.entries()) {
    const [from, to] = [columnById(table, id)?.type, columnById(referenced, targets[i] ?? 0)?.type];
    if (from === undefined || to === undefined) continue;
    const [a, b] = [types.base(keyOf(from)), types.base(keyOf(to))];
    const comparable = canCoerce(types, a, b, 'i') || canCoerce(types, b, a, 'i') || !types.isKnown(a) || !types.isKnown(b);
    if (!comparable) refuse(`foreign key constraint "${name}" cannot be implemented`);
  }
}
