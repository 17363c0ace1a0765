import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE TABLE people (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name varchar(120) NOT NULL,
  shoe_size integer
);
CREATE INDEX people_name ON people (name);`;

const previous = release(
  { people: 'id name' },
  `INSERT INTO people (name) VALUES ('Grace')`,
  `UPDATE people SET name = 'Grace H.' WHERE name = 'Grace'`,
  `SELECT p.id, p.name FROM people p WHERE p.name LIKE 'G%'`,
);
const reader = release({}, `SELECT id, name FROM people`);

export const renameColumn = topic(
  'rename-column',
  pair(
    'plain',
    { schema, sql: `ALTER TABLE people RENAME COLUMN name TO full_name;` },
    {
      mapped: { previous, measured: 'compat', why: 'The old release asks for the old name.' },
      unmapped: {
        previous: release({ people: 'id shoe_size' }, `SELECT count(*) FROM people`, `UPDATE people SET shoe_size = 41`),
        measured: 'safe',
        why: 'It does not use that column.',
      },
    },
  ),
  pair(
    'there-and-back',
    { schema, previous, sql: `ALTER TABLE people RENAME name TO full_name;\nALTER TABLE people RENAME full_name TO name;` },
    {
      wrapped: { transaction: 'wrapped', measured: 'safe', why: 'Nobody sees the state in between.' },
      none: { transaction: 'none', measured: 'compat', why: 'Between the two commits the column is gone.' },
    },
  ),
  pair(
    'under-a-view',
    {
      schema: `${schema}\nCREATE VIEW directory AS SELECT id, name FROM people;`,
      sql: `ALTER TABLE people RENAME COLUMN "name" TO "fullName"`,
    },
    {
      'old-release-reads-the-view': {
        previous: release({ directory: 'id name' }, `SELECT id, name FROM directory`),
        measured: 'safe',
        why: 'A view keeps its own column names.',
      },
      'old-release-reads-the-table': { previous, measured: 'compat', why: 'The table has lost the name.' },
    },
  ),
  pair(
    'with-a-generated-stand-in',
    {
      schema,
      sql: `ALTER TABLE people RENAME COLUMN name TO full_name;
ALTER TABLE people ADD COLUMN name varchar(120) GENERATED ALWAYS AS (full_name) VIRTUAL;`,
    },
    {
      'old-release-reads': { previous: reader, measured: 'safe', why: 'A read finds the same values under the old name.' },
      'old-release-writes': { previous, measured: 'compat', why: 'A generated column takes no values.' },
      'old-release-reads-between': {
        previous: reader,
        transaction: 'none',
        measured: 'compat',
        why: 'Between the commits the name is missing.',
      },
    },
  ),
  single('expand-with-a-trigger', {
    schema,
    previous,
    sql: `ALTER TABLE people ADD COLUMN full_name varchar(120);
CREATE FUNCTION people_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.full_name := coalesce(NEW.full_name, NEW.name);
    NEW.name := coalesce(NEW.name, NEW.full_name);
  ELSIF NEW.name IS DISTINCT FROM OLD.name THEN
    NEW.full_name := NEW.name;
  ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name THEN
    NEW.name := NEW.full_name;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_names BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION people_names();`,
    measured: 'safe',
    why: 'The first step of a rename: both names live, a trigger keeps them equal.',
  }),
  single('expand-with-a-broken-trigger', {
    schema,
    previous,
    sql: `ALTER TABLE people ADD COLUMN full_name varchar(120);
CREATE FUNCTION people_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.fullname := NEW.name;
  RETURN NEW;
END $$;
CREATE TRIGGER people_names BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION people_names();`,
    measured: 'compat',
    why: 'A misspelt column is found when the old release writes: every INSERT fails.',
  }),
  pair(
    'contract',
    {
      schema: `${schema}
ALTER TABLE people ADD COLUMN full_name varchar(120);
CREATE FUNCTION people_names() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.full_name := NEW.name; RETURN NEW; END $$;
CREATE TRIGGER people_names BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION people_names();`,
      sql: `DROP TRIGGER people_names ON people;\nDROP FUNCTION people_names();\nALTER TABLE people DROP COLUMN name;`,
    },
    {
      'old-release-uses-the-new-name': {
        previous: release({ people: 'id full_name' }, `SELECT full_name FROM people`),
        measured: 'safe',
        why: 'The previous release has moved to the new name.',
      },
      'old-release-uses-the-old-name': { previous, measured: 'compat', why: 'A release too early.' },
    },
  ),
  pair(
    'of-an-index',
    {
      schema: `${schema}\nALTER TABLE people ADD CONSTRAINT one_name UNIQUE (name);`,
      sql: `ALTER TABLE people RENAME CONSTRAINT one_name TO people_name_unique;`,
    },
    {
      'conflict-by-columns': {
        previous: release({ people: 'id name' }, `INSERT INTO people (name) VALUES ('Grace') ON CONFLICT (name) DO NOTHING`),
        measured: 'safe',
        why: 'ON CONFLICT (columns) finds the index by its columns.',
      },
      'conflict-by-constraint': {
        previous: release(
          { people: 'id name' },
          `INSERT INTO people (name) VALUES ('Grace') ON CONFLICT ON CONSTRAINT one_name DO NOTHING`,
        ),
        measured: 'compat',
        why: 'ON CONFLICT ON CONSTRAINT finds it by its name.',
      },
    },
  ),
  single('index-only', {
    schema,
    previous,
    sql: `ALTER INDEX people_name RENAME TO "IDX_people_name"`,
    measured: 'safe',
    why: 'No query names an index.',
  }),
  single('swap-of-two-columns', {
    schema: `CREATE TABLE boxes (id serial PRIMARY KEY, width integer NOT NULL, height integer NOT NULL);`,
    previous: release({ boxes: 'id width height' }, `INSERT INTO boxes (width, height) VALUES (3, 4)`, `SELECT width FROM boxes`),
    sql: `ALTER TABLE boxes RENAME width TO tmp;\nALTER TABLE boxes RENAME height TO width;\nALTER TABLE boxes RENAME tmp TO height;`,
    measured: 'compat',
    why: 'Every query still runs and reads the other value.',
  }),
);
