import { COSTS } from './advice.ts';
import type { Column, Relation } from './catalog.ts';
import { blank } from './constraint-site.ts';
import { isProvenNotNull } from './expressions.ts';
import { needColumn } from './lookup.ts';
import { freeConstraintName } from './names.ts';
import { childrenOf, type Cost, lock, refuse, toil, type Work } from './work.ts';

/** How a column becomes NOT NULL. */
export interface NotNull {
  readonly name: string | null;
  /** false: NOT VALID, for rows to come only. */
  readonly validated: boolean;
  /** null: there is nothing to read. */
  readonly cost: Cost | null;
}

/** A NOT NULL constraint of PostgreSQL 18, which has a name; reads the rows unless a valid constraint proves it of them. */
export function makeNotNull(work: Work, table: Relation, column: Column, how: NotNull): void {
  const known = table.constraints.find(({ kind, columns }) => kind === 'not null' && columns[0] === column.id);
  if (known !== undefined && how.name !== null && known.name !== how.name && how.cost === COSTS.notNull)
    refuse(`cannot create not-null constraint "${how.name}" on column "${column.name}" of table "${table.name}"`);
  const proven = isProvenNotNull(table, column.id, column.name);
  if (!proven && how.validated && how.cost !== null) toil(work, 'scan', table.id, how.cost);
  column.notNull = true;
  if (known !== undefined) known.validated ||= how.validated;
  else {
    const name = how.name ?? freeConstraintName(table, [table.name, column.name, 'not_null'], new Set());
    table.constraints.push({ ...blank(), name, kind: 'not null', columns: [column.id], validated: how.validated });
  }
  for (const child of childrenOf(work.catalog, table.id)) {
    if (how.cost !== null) lock(work, child.id, 'access exclusive');
    makeNotNull(work, child, needColumn(child, column.name), { ...how, name: null });
  }
}

/** Takes NOT NULL away, here and in what inherits it. */
export function dropNotNull(work: Work, table: Relation, column: Column): void {
  if (column.identity !== null) refuse(`column "${column.name}" of relation "${table.name}" is an identity column`);
  const primary = table.constraints.some(({ kind, columns }) => kind === 'primary' && columns.includes(column.id));
  if (primary) refuse(`column "${column.name}" is in a primary key`);
  column.notNull = false;
  table.constraints = table.constraints.filter(({ kind, columns }) => kind !== 'not null' || columns[0] !== column.id);
  for (const child of childrenOf(work.catalog, table.id)) {
    lock(work, child.id, 'access exclusive');
    dropNotNull(work, child, needColumn(child, column.name));
  }
}
