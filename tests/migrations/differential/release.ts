import type { PreviousRelease } from '@devplatform/migration-check';
import { literalOf, type Model, type ModelTable } from './model.ts';
import type { Random } from './random.ts';

/** What a release may well do with the schema: maps some columns, writes what is required, asks for some of them. */
export function randomRelease(random: Random, model: Model): PreviousRelease {
  const columns: Record<string, string[]> = {};
  const queries: string[] = [];
  for (const table of model.tables) {
    if (random.chance(0.2)) continue;
    const mapped = random.some(table.columns, 0.6).map(({ name }) => name);
    if (random.chance(0.8)) columns[table.name] = ['id', ...mapped];
    queries.push(insertInto(random, table));
    queries.push(
      ...random
        .some([() => updateOf(random, table), () => selectFrom(random, table), () => deleteFrom(random, table)], 0.35)
        .map((query) => query()),
    );
  }
  const view = model.views[0];
  if (view !== undefined && random.chance(0.5)) queries.push(`SELECT * FROM ${view}`);
  if (random.chance(0.15)) queries.push(`SELECT p.id FROM parents p JOIN items i ON i.id = p.id WHERE i.id > 0`);
  return { columns, queries };
}

function insertInto(random: Random, table: ModelTable): string {
  const written = table.columns.filter(
    ({ notNull, standard, name }) => (notNull && standard === null) || name === table.uniqueColumn || random.chance(0.4),
  );
  if (written.length === 0) return `INSERT INTO ${table.name} DEFAULT VALUES`;
  const values = written.map(({ type, notNull }) => (!notNull && random.chance(0.15) ? '$1' : literalOf(random, type)));
  const first = values.indexOf('$1');
  // One parameter is enough, and two of another type cannot share $1.
  const given = values.map((value, i) => (value === '$1' && i !== first ? 'NULL' : value));
  const conflict =
    table.uniqueColumn === null
      ? ''
      : random.pick([
          ' ON CONFLICT DO NOTHING',
          ` ON CONFLICT (${table.uniqueColumn}) DO NOTHING`,
          ` ON CONFLICT ON CONSTRAINT ${table.name}_one DO NOTHING`,
        ]);
  return `INSERT INTO ${table.name} (${written.map(({ name }) => name).join(', ')}) VALUES (${given.join(', ')})${conflict}`;
}

function updateOf(random: Random, table: ModelTable): string {
  const free = table.columns.filter(({ name }) => name !== table.uniqueColumn);
  if (free.length === 0) return `SELECT count(*) FROM ${table.name}`;
  const { name, type, notNull } = random.pick(free);
  return `UPDATE ${table.name} SET ${name} = ${!notNull && random.chance(0.3) ? 'NULL' : literalOf(random, type)}${random.pick(['', ' WHERE id = 1'])}`;
}

function selectFrom(random: Random, table: ModelTable): string {
  const { name, type } = random.pick(table.columns);
  return random.pick([
    `SELECT id FROM ${table.name} WHERE ${name} = ${literalOf(random, type)}`,
    `SELECT id, ${name} FROM ${table.name} ORDER BY id`,
    `SELECT id, coalesce(${name}::text, 'none') AS shown FROM ${table.name}`,
    `SELECT * FROM ${table.name}`,
    `SELECT id FROM ${table.name} WHERE ${name} IS NULL`,
  ]);
}

function deleteFrom(random: Random, table: ModelTable): string {
  return `DELETE FROM ${table.name} WHERE ${random.pick([`id = 3`, `${random.pick(table.columns).name} IS NULL`])}`;
}
