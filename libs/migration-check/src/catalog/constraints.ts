import type { Constraint as Written, Node } from 'libpg-query';
import { stringsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Constraint, Relation } from './catalog.ts';
import { blank, type Site } from './constraint-site.ts';
import { analyse, isProvenNotNull } from './expressions.ts';
import { addForeignKey } from './foreign-keys.ts';
import { nextId } from './identity.ts';
import { addKey } from './keys.ts';
import { columnById, needColumn } from './lookup.ts';
import { freeConstraintName } from './names.ts';
import { makeNotNull } from './not-null.ts';
import { childrenOf, lock, refuse, toil, type Work } from './work.ts';

const ADDERS: Partial<Record<NonNullable<Written['contype']>, (work: Work, table: Relation, written: Written, site: Site) => void>> = {
  CONSTR_CHECK: addCheck,
  CONSTR_NOTNULL: addNotNull,
  CONSTR_PRIMARY: addKey,
  CONSTR_UNIQUE: addKey,
  CONSTR_EXCLUSION: addKey,
  CONSTR_FOREIGN: addForeignKey,
};

/** One constraint on a table and on what inherits it. DEFAULT, GENERATED and the like are not for here. */
export function addConstraint(work: Work, table: Relation, written: Written, site: Site): void {
  const { conname } = written;
  const isNotNull = written.contype === 'CONSTR_NOTNULL';
  if (conname !== undefined && !isNotNull && table.constraints.some(({ name }) => name === conname))
    refuse(`constraint "${conname}" for relation "${table.name}" already exists`);
  if (written.contype !== undefined) ADDERS[written.contype]?.(work, table, written, site);
}

function addCheck(work: Work, table: Relation, written: Written, site: Site): void {
  const expression = written.raw_expr ?? refuse('CHECK without an expression');
  const { columns } = analyse(work, expression, table);
  const enforced = written.is_enforced !== false && written.is_enforced !== undefined;
  const validated = enforced && (site.fresh || written.skip_validation !== true);
  const only = columns.length === 1 ? (columnById(table, columns[0] ?? 0)?.name ?? null) : null;
  const name = written.conname ?? freeConstraintName(table, [table.name, only, 'check'], new Set());
  checkOn(
    work,
    table,
    { ...blank(), name, kind: 'check', columns, expression, validated, enforced },
    { expression, site, inherit: written.is_no_inherit !== true },
  );
}

function checkOn(
  work: Work,
  table: Relation,
  constraint: Constraint,
  how: { readonly expression: Node; readonly site: Site; readonly inherit: boolean },
): void {
  table.constraints.push(constraint);
  if (constraint.validated && !how.site.fresh) toil(work, 'scan', table.id, COSTS.check);
  if (!how.inherit) return;
  for (const child of childrenOf(work.catalog, table.id)) {
    lock(work, child.id, 'access exclusive');
    if (child.constraints.some(({ name, kind }) => name === constraint.name && kind === 'check')) continue;
    checkOn(work, child, { ...constraint, id: nextId(), columns: analyse(work, how.expression, child).columns }, how);
  }
}

function addNotNull(work: Work, table: Relation, written: Written, site: Site): void {
  const column = needColumn(table, site.column ?? stringsOf(written.keys)[0] ?? '');
  const validated = site.fresh || written.skip_validation !== true;
  makeNotNull(work, table, column, { name: written.conname ?? null, validated, cost: site.fresh ? null : COSTS.notNull });
}

/** VALIDATE CONSTRAINT. https://www.postgresql.org/docs/18/sql-altertable.html */
export function validateConstraint(work: Work, table: Relation, name: string): void {
  const constraint =
    table.constraints.find((one) => one.name === name) ?? refuse(`constraint "${name}" of relation "${table.name}" does not exist`);
  if (!['check', 'foreign', 'not null'].includes(constraint.kind))
    refuse(`constraint "${name}" of relation "${table.name}" is not a foreign key, check, or not-null constraint`);
  if (!constraint.enforced) refuse(`cannot validate NOT ENFORCED constraint`);
  if (constraint.validated) return;
  constraint.validated = true;
  const proven = constraint.kind === 'not null' && constraint.columns.every((id) => isProvenByCheck(table, id));
  if (!proven) toil(work, 'scan', table.id, COSTS.validate);
  if (constraint.references !== null) {
    lock(work, constraint.references.table, 'row share');
    toil(work, 'scan', constraint.references.table, COSTS.validate);
  }
  for (const child of childrenOf(work.catalog, table.id)) {
    lock(work, child.id, 'share update exclusive');
    const same = child.constraints.find((one) => one.kind === constraint.kind && (one.name === name || one.kind === 'not null'));
    if (same !== undefined) validateConstraint(work, child, same.name);
  }
}

function isProvenByCheck(table: Relation, id: number): boolean {
  const others = { ...table, constraints: table.constraints.filter(({ kind }) => kind === 'check') };
  return isProvenNotNull(others, id, columnById(table, id)?.name ?? '');
}
