import { definitionOf, literalOf, type Model, type ModelTable, randomColumn, TYPES, unusedName } from './model.ts';
import type { Random } from './random.ts';

type Maker = (random: Random, table: ModelTable, model: Model) => string;

const anyColumn = (random: Random, table: ModelTable) => random.pick(table.columns);

/** By weight: the first is made as often as the list has it. */
const MAKERS: readonly Maker[] = [
  (random, table) => {
    const column = { ...randomColumn(random, unusedName(random, table)) };
    table.columns.push(column);
    return `ALTER TABLE ${table.name} ADD COLUMN ${definitionOf(column)}`;
  },
  (random, table) => {
    const name = unusedName(random, table);
    const rest = random.pick([
      'uuid DEFAULT gen_random_uuid()',
      'timestamptz DEFAULT now()',
      'serial',
      'integer CHECK (true)',
      'integer UNIQUE',
      'integer REFERENCES parents (id)',
      'mood',
      'text GENERATED ALWAYS AS (id::text) STORED',
    ]);
    return `ALTER TABLE ${table.name} ADD COLUMN ${random.pick(['', 'IF NOT EXISTS '])}${name} ${rest}`;
  },
  (random, table) => {
    const { name } = anyColumn(random, table);
    if (table.columns.length > 1) table.columns = table.columns.filter((column) => column.name !== name);
    return `ALTER TABLE ${table.name} DROP COLUMN ${name}${random.pick(['', '', ' CASCADE'])}`;
  },
  (random, table) => {
    const column = anyColumn(random, table);
    const to = unusedName(random, table);
    table.columns = table.columns.map((one) => (one === column ? { ...one, name: to } : one));
    return `ALTER TABLE ${table.name} RENAME COLUMN ${column.name} TO ${to}`;
  },
  (random, table) => {
    const { name, type } = anyColumn(random, table);
    const wider: Readonly<Record<string, string>> = {
      'varchar(20)': 'varchar(60)',
      'varchar(60)': 'text',
      'numeric(10,2)': 'numeric(12,2)',
      integer: 'bigint',
    };
    const to = random.chance(0.6) ? (wider[type] ?? random.pick(TYPES)) : random.pick(TYPES);
    return `ALTER TABLE ${table.name} ALTER COLUMN ${name} TYPE ${to}${random.chance(0.2) ? ` USING ${name}::text::${to}` : ''}`;
  },
  (random, table) => {
    const { name, type } = anyColumn(random, table);
    return `ALTER TABLE ${table.name} ALTER COLUMN ${name} ${random.pick(['DROP DEFAULT', `SET DEFAULT ${literalOf(random, type)}`, 'SET NOT NULL', 'DROP NOT NULL', 'SET STATISTICS 200'])}`;
  },
  (random, table) =>
    `ALTER TABLE ${table.name} ADD CONSTRAINT ${random.pick(['fresh', 'fresh_too'])} CHECK (${conditionOf(random, table)})${random.pick(['', ' NOT VALID', ' NOT VALID'])}`,
  (random, table) => `ALTER TABLE ${table.name} VALIDATE CONSTRAINT ${random.pick(['fresh', `${table.name}_given`])}`,
  (random, table) =>
    `ALTER TABLE ${table.name} DROP CONSTRAINT ${random.pick([...table.constraints, `${table.name}_pkey`])}${random.pick(['', ' CASCADE'])}`,
  (random, table) => {
    const { name } = anyColumn(random, table);
    const kind = random.pick(['INDEX', 'INDEX CONCURRENTLY', 'UNIQUE INDEX CONCURRENTLY', 'UNIQUE INDEX']);
    return `CREATE ${kind} ${random.pick(['made', 'made_too'])} ON ${table.name} (${random.pick([name, name, `${name}, id`])})${random.pick(['', '', ` WHERE ${name} IS NULL`])}`;
  },
  (random, table) => `DROP INDEX ${random.pick(['', 'CONCURRENTLY '])}IF EXISTS ${random.pick([...table.indexes, 'made'])}`,
  (random, table) =>
    `ALTER TABLE ${table.name} ADD CONSTRAINT linked FOREIGN KEY (${random.pick(['id', anyColumn(random, table).name])}) REFERENCES ${random.pick(['parents', 'items'])} (id)${random.pick(['', ' NOT VALID', ' ON DELETE CASCADE NOT VALID'])}`,
  (random, table) =>
    `ALTER TABLE ${table.name} RENAME TO ${table.name}_moved;\nCREATE VIEW ${table.name} AS SELECT ${random.pick(['', 'DISTINCT '])}* FROM ${table.name}_moved`,
  (random, table) =>
    random.pick([
      `DROP TABLE ${table.name}${random.pick(['', ' CASCADE'])}`,
      `ALTER TABLE ${table.name} RENAME TO ${table.name}_gone`,
      `TRUNCATE ${table.name}`,
      `DELETE FROM ${table.name} WHERE id < 4`,
    ]),
  (random) =>
    `CREATE TABLE ${random.pick(['fresh_table', 'other_table'])} (id integer PRIMARY KEY, parent_id integer${random.pick(['', ' REFERENCES parents (id)', ' REFERENCES parents (id) ON DELETE CASCADE'])})`,
  (random, table) => {
    const { name, type } = anyColumn(random, table);
    return `UPDATE ${table.name} SET ${name} = ${literalOf(random, type)}${random.pick(['', ` WHERE ${name} IS NULL`])}`;
  },
  (random) =>
    `ALTER TYPE mood ${random.pick([`ADD VALUE 'new'`, `ADD VALUE IF NOT EXISTS 'calm'`, `RENAME VALUE 'calm' TO 'quiet'`, `RENAME VALUE 'gone' TO 'left'`, 'RENAME TO feeling'])}`,
  (random, table) => {
    const { name, type } = anyColumn(random, table);
    const body = random.pick([
      '',
      `NEW.${name} := NEW.${name};`,
      `NEW.${name} := ${literalOf(random, type)};`,
      `NEW.missing := 1;`,
      `IF NEW.${name} IS NULL THEN RAISE EXCEPTION 'null'; END IF;`,
    ]);
    return `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;\nCREATE TRIGGER watch BEFORE ${random.pick(['INSERT', 'UPDATE', 'INSERT OR UPDATE'])} ON ${table.name} FOR EACH ROW EXECUTE FUNCTION watch()`;
  },
  (random, table, { views }) => {
    const view = views[0] ?? 'fresh_view';
    return random.pick([
      `DROP VIEW IF EXISTS ${view}`,
      `CREATE VIEW fresh_view AS SELECT id FROM ${table.name}`,
      `CREATE OR REPLACE VIEW ${view} AS SELECT * FROM ${table.name}`,
    ]);
  },
  (random, table) =>
    random.pick([
      `COMMENT ON TABLE ${table.name} IS 'Rows'`,
      `SET lock_timeout = '2s'`,
      `ANALYZE ${table.name}`,
      `SELECT count(*) FROM ${table.name}`,
    ]),
];

function conditionOf(random: Random, table: ModelTable): string {
  const { name, type } = anyColumn(random, table);
  return random.pick([
    `${name} IS NOT NULL`,
    `${name} = ${literalOf(random, type)}`,
    `${name} <> ${literalOf(random, type)} OR ${name} IS NULL`,
    `length(${name}::text) < 12`,
    `${name} IN (${literalOf(random, type)}, ${literalOf(random, type)})`,
  ]);
}

/** One to three steps; the model is changed as they go. */
export function randomMigration(random: Random, model: Model): string {
  const count = random.pick([1, 1, 2, 2, 3]);
  return Array.from({ length: count }, () => `${random.pick(MAKERS)(random, random.pick(model.tables), model)};`).join('\n');
}
