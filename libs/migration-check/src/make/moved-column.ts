import { UnreadableInput } from '../input/unreadable-input.ts';
import { type ColumnName, columnName, objectName, qualified, quoted, tableName } from './identifier.ts';
import type { PlannedMigration } from './planned-migration.ts';
import { needed, type Request } from './request.ts';

interface Move {
  readonly name: ColumnName;
  readonly to: string;
  readonly from: string;
  readonly type: string;
  /** A column that is unique and never null. */
  readonly key: string;
}

/** Two names for one value until no release that runs uses the old one. */
export function renameColumn({ target, to, options }: Request): readonly PlannedMigration[] {
  const name = columnName(target);
  const type = needed(options.type, '--type', 'the new column needs the type of the old one');
  const newName = needed(to ?? options.to, 'the new name', 'write rename-column table.old new --type TYPE');
  return moved({ name, to: foldedName(newName), from: type, type, key: options.key ?? 'id' });
}

/** Widening of text is free; everything else is a column of another type beside the old one. */
export function changeColumnType({ target, options }: Request): readonly PlannedMigration[] {
  const name = columnName(target);
  const from = needed(options.from, '--from', 'the type that the column has decides what is free');
  const type = needed(options.type, '--type', 'the type that it gets');
  if (widens(from, type)) return [widened(name, from, type)];
  const to = options.to ?? `${name.column}_${type.toLowerCase().replace(/\W+/g, '_').replace(/_$/, '')}`;
  return moved({ name, to: foldedName(to), from, type, key: options.key ?? 'id' });
}

function foldedName(words: string): string {
  if (words.includes('.')) throw new UnreadableInput(`${words} is no name of a column: a column stays in its table. Nothing was written.`);
  return tableName(words).table;
}

/** Changes the catalog alone. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES */
function widens(from: string, to: string): boolean {
  const [before, after] = [lengthOf(from), lengthOf(to)];
  return before !== null && after !== null && after >= before && from.toLowerCase() !== to.toLowerCase();
}

/** Of a text without blanks to its end; text: without end; null: another type. */
function lengthOf(type: string): number | null {
  const [, , length] = /^(varchar|character varying|text)\s*(?:\(\s*(\d+)\s*\))?$/i.exec(type.trim()) ?? [];
  if (!/^(varchar|character varying|text)\b/i.test(type.trim())) return null;
  return length === undefined ? Infinity : Number(length);
}

function widened(name: ColumnName, from: string, type: string): PlannedMigration {
  const alter = (to: string): string => `ALTER TABLE ${qualified(name)} ALTER COLUMN ${quoted(name.column)} TYPE ${to}`;
  return {
    slug: `widen-${name.table}-${name.column}`,
    phase: 'expand',
    transaction: true,
    about: `From ${from} to ${type}: every value stays, and no row is written or read.`,
    up: [alter(type)],
    down: null,
    noWayBack: 'Longer values may have been written since; narrowing reads the whole table.',
    release: 'the release that writes longer values, once the one before it can read them',
  };
}

function moved(move: Move): readonly PlannedMigration[] {
  const { name, to, from, type, key } = move;
  const [table, old, fresh] = [qualified(name), quoted(name.column), quoted(to)];
  const routine = objectName(name.table, name.column, to, 'sync');
  const sync = name.schema === null ? quoted(routine) : `${quoted(name.schema)}.${quoted(routine)}`;
  const slug = `${name.table}-${name.column}-to-${to}`;
  return [
    {
      slug: `add-${slug}`,
      phase: 'expand',
      transaction: true,
      about: `Both columns hold the same value whichever release writes: the previous one knows ${name.column}, the new one ${to}.`,
      up: [
        `ALTER TABLE ${table} ADD COLUMN ${fresh} ${type}`,
        syncFunction(sync, move),
        `CREATE TRIGGER ${quoted(routine)} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${sync}()`,
      ],
      down: [`DROP TRIGGER ${quoted(routine)} ON ${table}`, `DROP FUNCTION ${sync}`, `ALTER TABLE ${table} DROP COLUMN ${fresh}`],
      release: `the release whose entity maps ${to} instead of ${name.column}`,
    },
    {
      slug: `fill-${slug}`,
      phase: 'backfill',
      transaction: false,
      about: `Rows from before the trigger; it goes on where it was, and rows that are written meanwhile are filled by the trigger.`,
      up: [],
      down: [],
      batches: { table, key: quoted(key), column: fresh, value: type === from ? old : `CAST(${old} AS ${type})` },
      release: 'the same release',
    },
    {
      slug: `remove-${slug}`,
      phase: 'contract',
      transaction: true,
      about: `No release that runs knows ${name.column} any more.`,
      up: [`DROP TRIGGER ${quoted(routine)} ON ${table}`, `DROP FUNCTION ${sync}`, `ALTER TABLE ${table} DROP COLUMN ${old}`],
      down: [
        `ALTER TABLE ${table} ADD COLUMN ${old} ${from}`,
        syncFunction(sync, move),
        `CREATE TRIGGER ${quoted(routine)} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${sync}()`,
      ],
      release: `the release after that one, when none that maps ${name.column} runs`,
    },
  ];
}

/**
 * The old column wins where both change. A row is never written back through a cast: only a value that the new release wrote goes to the old column, so
 * that what the previous release reads stays as it was, letter for letter.
 */
function syncFunction(sync: string, { name, to, from, type }: Move): string {
  const [old, fresh] = [quoted(name.column), quoted(to)];
  const cast = (column: string, wanted: string): string => (from === type ? `NEW.${column}` : `CAST(NEW.${column} AS ${wanted})`);
  return `CREATE FUNCTION ${sync}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.${fresh} IS NULL THEN
      NEW.${fresh} := ${cast(old, type)};
    ELSE
      NEW.${old} := ${cast(fresh, from)};
    END IF;
  ELSIF NEW.${old} IS DISTINCT FROM OLD.${old} THEN
    NEW.${fresh} := ${cast(old, type)};
  ELSIF NEW.${fresh} IS DISTINCT FROM OLD.${fresh} THEN
    IF NEW.${fresh} IS DISTINCT FROM ${cast(old, type)} THEN
      NEW.${old} := ${cast(fresh, from)};
    END IF;
  ELSIF NEW.${fresh} IS NULL THEN
    NEW.${fresh} := ${cast(old, type)};
  END IF;
  RETURN NEW;
END $$`;
}
