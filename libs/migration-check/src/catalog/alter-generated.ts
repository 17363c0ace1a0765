import type { AlterTableCmd } from 'libpg-query';
import { as, optionsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Relation } from './catalog.ts';
import { addSequence, checkGenerated } from './columns.ts';
import { needColumn } from './lookup.ts';
import { setNumbers } from './sequence-numbers.ts';
import { descendantsOf, refuse, toil, type Work } from './work.ts';

/** SET EXPRESSION: a stored column is written anew, a virtual one is only another one. */
export function setExpression(work: Work, table: Relation, { name, def }: AlterTableCmd): void {
  for (const one of [table, ...descendantsOf(work.catalog, table.id)]) {
    const column = needColumn(one, name ?? '');
    if (column.generated === null) refuse(`column "${column.name}" of relation "${one.name}" is not a generated column`);
    const expression = def ?? refuse('SET EXPRESSION without an expression');
    checkGenerated(work, one, column, expression);
    if (column.generated.kind === 'stored') toil(work, 'rewrite', one.id, COSTS.setExpression);
    else if (one.constraints.some(({ kind }) => kind === 'check'))
      refuse('ALTER TABLE / SET EXPRESSION is not supported for virtual generated columns in tables with check constraints');
    column.generated = { kind: column.generated.kind, expression };
  }
}

export function dropExpression(work: Work, table: Relation, { name, missing_ok }: AlterTableCmd): void {
  for (const one of [table, ...descendantsOf(work.catalog, table.id)]) {
    const column = needColumn(one, name ?? '');
    if (column.generated?.kind === 'virtual') refuse('ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns');
    if (column.generated === null && missing_ok !== true)
      refuse(`column "${column.name}" of relation "${one.name}" is not a generated column`);
    column.generated = null;
  }
}

/** ADD GENERATED … AS IDENTITY: the rows keep their values. */
export function addGenerated(work: Work, table: Relation, { name, def }: AlterTableCmd): void {
  const column = needColumn(table, name ?? '');
  const { generated_when: when, options } = as('Constraint', def) ?? {};
  if (!column.notNull) refuse(`column "${column.name}" of relation "${table.name}" must be declared NOT NULL before identity can be added`);
  if (column.identity !== null) refuse(`column "${column.name}" of relation "${table.name}" is already an identity column`);
  if (column.default !== null) refuse(`column "${column.name}" of relation "${table.name}" already has a default value`);
  if (!['int2', 'int4', 'int8'].includes(column.type.name)) refuse('identity column type must be smallint, integer, or bigint');
  column.identity = when === 'a' ? 'always' : 'by default';
  addSequence(work, table, column, options);
}

export function setIdentity(work: Work, table: Relation, { name, def }: AlterTableCmd): void {
  const column = needColumn(table, name ?? '');
  if (column.identity === null) refuse(`column "${column.name}" of relation "${table.name}" is not an identity column`);
  const generated = optionsOf(as('List', def)?.items).get('generated');
  if (generated !== undefined) column.identity = Number(generated) === 'a'.charCodeAt(0) ? 'always' : 'by default';
  for (const sequence of work.catalog.sequences.values())
    if (sequence.ownedBy?.column === column.id) setNumbers(sequence, as('List', def)?.items);
}

export function dropIdentity(work: Work, table: Relation, { name, missing_ok }: AlterTableCmd): void {
  const column = needColumn(table, name ?? '');
  if (column.identity === null && missing_ok !== true)
    refuse(`column "${column.name}" of relation "${table.name}" is not an identity column`);
  column.identity = null;
  for (const sequence of work.catalog.sequences.values())
    if (sequence.ownedBy?.column === column.id) work.catalog.sequences.delete(sequence.id);
}
