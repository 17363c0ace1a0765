import type { AlterTableCmd } from 'libpg-query';
import { as } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Constraint, Relation } from './catalog.ts';
import { dropConstraint } from './drop.ts';
import { readBoth } from './foreign-keys.ts';
import { needConstraint, tableOf } from './lookup.ts';
import { childrenOf, descendantsOf, lock, refuse, type Work } from './work.ts';

/** ALTER CONSTRAINT: deferrable or not, enforced or not; foreign keys only. */
export function alterConstraint(work: Work, table: Relation, { def }: AlterTableCmd): void {
  const written = as('ATAlterConstraint', def);
  const constraint = needConstraint(table, written?.conname ?? '');
  if (constraint.references === null) refuse(`constraint "${constraint.name}" of relation "${table.name}" is not a foreign key constraint`);
  if (written?.alterDeferrability === true) constraint.deferrable = written.deferrable === true;
  if (written?.alterEnforceability !== true) return;
  const enforced = written.is_enforced === true;
  const { table: referenced } = constraint.references;
  lock(work, referenced, enforced ? 'share row exclusive' : 'access exclusive');
  if (enforced && !constraint.enforced) readBoth(work, table, constraint, COSTS.enforced);
  constraint.enforced = enforced;
  constraint.validated = enforced;
}

/** DROP CONSTRAINT, here and in what inherits it. */
export function dropConstraintByName(work: Work, table: Relation, { name, behavior, missing_ok }: AlterTableCmd): void {
  const constraint = table.constraints.find((one) => one.name === name);
  if (constraint === undefined) {
    if (missing_ok !== true) needConstraint(table, name ?? '');
    return;
  }
  const { partition } = table;
  const parents = [...(partition === null ? [] : [partition.parent]), ...table.inherits].map((id) => tableOf(work.catalog, id));
  if (
    parents.some((parent) => parent.constraints.some((one) => one.name === name && one.kind === constraint.kind && one.kind !== 'not null'))
  )
    refuse(`cannot drop inherited constraint "${constraint.name}" of relation "${table.name}"`);
  if (constraint.kind === 'not null' && isNeeded(table, constraint))
    refuse(`column "${nameOf(table, constraint)}" is in a primary key or an identity column`);
  dropConstraint(work, table, constraint, behavior === 'DROP_CASCADE');
  for (const part of descendantsOf(work.catalog, table.id)) {
    const same = part.constraints.find(
      (one) => one.kind === constraint.kind && (one.name === name || nameOf(part, one) === nameOf(table, constraint)),
    );
    if (same !== undefined && childrenOf(work.catalog, table.id).length > 0) dropConstraint(work, part, same, true);
  }
}

function isNeeded(table: Relation, { columns }: Constraint): boolean {
  const primary = table.constraints.some((one) => one.kind === 'primary' && one.columns.includes(columns[0] ?? 0));
  return primary || table.columns.some((column) => column.id === columns[0] && column.identity !== null);
}

function nameOf(table: Relation, { columns }: Constraint): string {
  return columns.map((id) => table.columns.find((column) => column.id === id)?.name ?? '').join();
}
