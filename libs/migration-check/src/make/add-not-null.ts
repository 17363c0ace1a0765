import { columnName, objectName, qualified, quoted } from './identifier.ts';
import type { PlannedMigration } from './planned-migration.ts';
import type { Request } from './request.ts';

/** A check that is not validated, its validation without a lock that blocks, and then NOT NULL, which trusts the check. */
export function addNotNull({ target, options }: Request): readonly PlannedMigration[] {
  const name = columnName(target);
  const [table, column, check] = [qualified(name), quoted(name.column), quoted(objectName(name.table, name.column, 'present'))];
  const fill: PlannedMigration = {
    slug: `fill-${name.table}-${name.column}`,
    phase: 'backfill',
    transaction: false,
    about: `Rows that have no ${name.column} yet; it goes on where it was.`,
    up: [],
    down: [],
    batches: { table, key: quoted(options.key ?? 'id'), column, value: options.fill ?? '' },
    release: `the release that writes ${name.column} into every row, or a later one`,
  };
  const require: PlannedMigration = {
    slug: `require-${name.table}-${name.column}`,
    phase: 'contract',
    transaction: false,
    about: `Every release that runs writes ${name.column}. Each statement commits by itself, so that the rows are read under a lock that nobody waits for.`,
    up: [
      `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${check}`,
      `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID`,
      `ALTER TABLE ${table} VALIDATE CONSTRAINT ${check}`,
      `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
      `ALTER TABLE ${table} DROP CONSTRAINT ${check}`,
    ],
    down: [`ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`],
    release: `the release after the one that writes ${name.column} into every row, when only that one runs`,
  };
  return options.fill === undefined ? [require] : [fill, require];
}
