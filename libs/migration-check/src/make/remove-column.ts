import { columnName, qualified, quoted } from './identifier.ts';
import type { PlannedMigration } from './planned-migration.ts';
import type { Request } from './request.ts';

/** First no release uses it, then it goes. */
export function removeColumn({ target, options }: Request): readonly PlannedMigration[] {
  const name = columnName(target);
  const [table, column] = [qualified(name), quoted(name.column)];
  const stop: PlannedMigration = {
    slug: `default-${name.table}-${name.column}`,
    phase: 'expand',
    transaction: true,
    about: 'So that the release that stops writing the column can leave it out, while the previous one still reads it.',
    up: [`ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${options.default ?? ''}`],
    down: [`ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT`],
    release: 'the release whose entity no longer maps the column',
  };
  const remove: PlannedMigration = {
    slug: `remove-${name.table}-${name.column}`,
    phase: 'contract',
    transaction: true,
    about: 'No release that runs maps the column any more.',
    up: [`ALTER TABLE ${table} DROP COLUMN ${column}`],
    ...(options.type === undefined
      ? { down: null, noWayBack: `The values of ${name.table}.${name.column} are gone; they are in the backup alone.` }
      : { down: [`ALTER TABLE ${table} ADD COLUMN ${column} ${options.type}`] }),
    release: 'the release after the one whose entity no longer maps the column, when only that one runs',
  };
  return options.default === undefined ? [remove] : [stop, remove];
}
