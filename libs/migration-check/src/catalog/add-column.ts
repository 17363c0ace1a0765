import type { AlterTableCmd, ColumnDef } from 'libpg-query';
import { as, constantOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Column, Relation } from './catalog.ts';
import { defaultOf, hasDomainConstraints, isNotNullDomain, readColumn, settleColumn, type WrittenColumn } from './columns.ts';
import { makeNotNull } from './not-null.ts';
import { addConstraint } from './constraints.ts';
import { nextId } from './identity.ts';
import { columnNamed } from './lookup.ts';
import { type Cost, descendantsOf, mayHaveRows, refuse, toil, type Work } from './work.ts';
import { volatilityOf } from './volatility.ts';

/** ADD COLUMN, after `ATExecAddColumn` of tablecmds.c. */
export function addColumn(work: Work, table: Relation, command: AlterTableCmd, how: { readonly only: boolean }): void {
  const definition: ColumnDef = as('ColumnDef', command.def) ?? {};
  const known = columnNamed(table, definition.colname ?? '');
  if (known !== undefined && command.missing_ok === true) return;
  if (table.partition !== null) refuse('cannot add column to a partition');
  const parts = descendantsOf(work.catalog, table.id);
  if (how.only && parts.length > 0) refuse('column must be added to child tables too');
  const written = readColumn(work, table, definition);
  const { column } = written;
  table.columns.push(column);
  settleColumn(work, table, column);
  requireRoom(column);
  for (const part of parts) if (columnNamed(part, column.name) === undefined) part.columns.push({ ...column, id: nextId() });
  const isFilled = defaultOf(work.catalog, column) !== null || column.generated !== null || column.identity !== null;
  if (!isFilled && isNotNullDomain(work.catalog, column.type) && [table, ...parts].some((one) => mayHaveRows(work, one)))
    refuse(`domain ${column.type.name} does not allow null values`, 'Give the column a default, or add it with the type below the domain.');
  const filling = fillingOf(work, written);
  if (filling !== null) for (const one of [table, ...parts]) toil(work, 'rewrite', one.id, filling);
  for (const constraint of written.constraints) {
    // `transformAlterTableStmt`: a column without a default is null in every row, and a null refers to nothing.
    const skipForeignKey = !written.hasDefault;
    if (constraint.contype !== 'CONSTR_NOTNULL')
      addConstraint(work, table, constraint, { column: column.name, fresh: false, skipForeignKey });
    else becomeNotNull(work, table, written, constraint.conname ?? null);
  }
}

/** The rows that are there get the default at once, so that it is converted now. */
function requireRoom({ type: { name, mods, array }, default: expression }: Column): void {
  const value = constantOf(expression ?? undefined);
  const [limit] = mods;
  if (typeof value !== 'string' || limit === undefined || array || (name !== 'varchar' && name !== 'bpchar')) return;
  if (Array.from(value.trimEnd()).length > limit)
    refuse(`value too long for type ${name === 'varchar' ? 'character varying' : 'character'}(${String(limit)})`);
}

/** What every row has to be written anew for; null: nothing, the value stands in the catalog. */
function fillingOf({ catalog }: Work, { column, isSerial }: WrittenColumn): Cost | null {
  if (column.generated !== null) return column.generated.kind === 'stored' ? COSTS.storedColumn : null;
  if (column.identity !== null) return COSTS.identity;
  if (isSerial) return COSTS.serial;
  if (hasDomainConstraints(catalog, column.type)) return COSTS.domainColumn;
  const filled = defaultOf(catalog, column);
  return filled !== null && volatilityOf(catalog, filled) === 'volatile' ? COSTS.volatileDefault : null;
}

function becomeNotNull(work: Work, table: Relation, { column, isSerial }: WrittenColumn, name: string | null): void {
  const filled = defaultOf(work.catalog, column) !== null || column.identity !== null || isSerial || column.generated !== null;
  if (!filled && [table, ...descendantsOf(work.catalog, table.id)].some((one) => mayHaveRows(work, one)))
    refuse(
      `column "${column.name}" of relation "${table.name}" contains null values`,
      'Give the column a default, or add it without NOT NULL.',
    );
  const cost = column.generated?.kind === 'virtual' ? COSTS.columnNotNull : null;
  makeNotNull(work, table, column, { name, validated: true, cost });
}
