import { qualified, quoted, tableName } from './identifier.ts';
import type { PlannedMigration } from './planned-migration.ts';
import type { Request } from './request.ts';

/** A table that nobody uses yet: whatever it takes is free. */
export function addTable({ target, columns }: Request): readonly PlannedMigration[] {
  const name = tableName(target);
  const table = qualified(name);
  const definitions = [
    `${quoted('id')} uuid PRIMARY KEY DEFAULT gen_random_uuid()`,
    ...columns,
    `${quoted('created_at')} timestamptz NOT NULL DEFAULT now()`,
  ];
  return [
    {
      slug: `create-${name.table}`,
      phase: 'expand',
      transaction: true,
      about: 'The previous release never names the table.',
      up: [`CREATE TABLE ${table} (\n  ${definitions.join(',\n  ')})`],
      down: [`DROP TABLE ${table}`],
      release: 'the release whose entity maps the table',
    },
  ];
}
