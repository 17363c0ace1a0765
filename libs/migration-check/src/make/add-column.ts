import { UnreadableInput } from '../input/unreadable-input.ts';
import { columnName, qualified, quoted } from './identifier.ts';
import type { PlannedMigration } from './planned-migration.ts';
import type { Request } from './request.ts';

/** Evaluated once for the whole table, so that no row is written. https://www.postgresql.org/docs/current/ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN */
const CONSTANT = /^('(?:[^']|'')*'(::[\w ."[\]]+)?|[+-]?\d+(\.\d+)?|true|false|null|now\(\)|current_(timestamp|date)|'\{\}'(::\w+\[\])?)$/i;

/** A column that the previous release needs not know. */
export function addColumn({ target, options, notNull }: Request): readonly PlannedMigration[] {
  const name = columnName(target);
  const type = options.type ?? (/_at$/.test(name.column) ? 'timestamptz' : 'text');
  const value = options.default;
  if (value !== undefined && !CONSTANT.test(value.trim())) {
    throw new UnreadableInput(
      `--default ${value} is no constant: PostgreSQL would write every row anew under ACCESS EXCLUSIVE. Nothing was written. ` +
        'Add the column without a default, set the default in a migration of its own, and fill the rows with add-not-null --fill.',
    );
  }
  if (notNull && value === undefined) {
    throw new UnreadableInput(
      'A NOT NULL column without a default refuses every INSERT of the previous release. Nothing was written. ' +
        'Give --default, or add the column as it is and use add-not-null one release later.',
    );
  }
  const definition = [quoted(name.column), type, ...(notNull ? ['NOT NULL'] : []), ...(value === undefined ? [] : [`DEFAULT ${value}`])];
  return [
    {
      slug: `add-${name.table}-${name.column}`,
      phase: 'expand',
      transaction: true,
      about: `${value === undefined ? 'Null until' : 'A constant default needs no rewrite; null or the default until'} the new release writes it; the previous one never names the column.`,
      up: [`ALTER TABLE ${qualified(name)} ADD COLUMN ${definition.join(' ')}`],
      down: [`ALTER TABLE ${qualified(name)} DROP COLUMN ${quoted(name.column)}`],
      release: 'the release whose entity maps the column',
    },
  ];
}
