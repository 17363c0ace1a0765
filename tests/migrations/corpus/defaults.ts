import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE TABLE devices (
  id serial PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL DEFAULT 'sensor',
  token text
);`;

const namesKind = release({ devices: 'id name kind' }, `INSERT INTO devices (name, kind) VALUES ('roof', 'sensor')`);
const omitsKind = release({ devices: 'id name kind' }, `INSERT INTO devices (name) VALUES ('roof')`);

export const defaults = topic(
  'defaults',
  pair(
    'drop',
    { schema, sql: `ALTER TABLE devices ALTER COLUMN kind DROP DEFAULT;` },
    {
      'old-release-needs-it': { previous: omitsKind, measured: 'compat', why: 'kind is NOT NULL, and nothing fills it any more.' },
      'old-release-writes-it': { previous: namesKind, measured: 'safe', why: 'It never used the default.' },
      'old-release-writes-default': {
        previous: release({ devices: 'id name kind' }, `INSERT INTO devices (name, kind) VALUES ('roof', DEFAULT)`),
        measured: 'compat',
        why: 'The word DEFAULT is the missing value.',
      },
      'old-release-gives-fewer-values': {
        previous: release({ devices: 'id name kind' }, `INSERT INTO devices VALUES (DEFAULT, 'roof')`),
        measured: 'compat',
        why: 'Positions that are not given take the default.',
      },
    },
  ),
  pair(
    'drop-and-set',
    {
      schema,
      previous: omitsKind,
      sql: `ALTER TABLE "devices" ALTER COLUMN "kind" DROP DEFAULT;\nALTER TABLE "devices" ALTER COLUMN "kind" SET DEFAULT 'sensor';`,
    },
    {
      wrapped: { transaction: 'wrapped', measured: 'safe', why: 'At the end the default is as it was.' },
      none: { transaction: 'none', measured: 'compat', why: 'Between the commits there is none.' },
    },
  ),
  single('set-volatile', {
    schema,
    previous: release({ devices: 'id name' }, `INSERT INTO devices (name) VALUES ('roof')`),
    sql: `ALTER TABLE devices ALTER COLUMN token SET DEFAULT gen_random_uuid()::text;`,
    measured: 'safe',
    why: 'A default of an old column fills no old row, volatile or not.',
  }),
  single('set-of-a-written-column', {
    schema,
    previous: namesKind,
    sql: `ALTER TABLE devices ALTER COLUMN kind SET DEFAULT 'gateway';`,
    measured: 'safe',
    why: 'The old release always writes the column itself.',
  }),
  single('set-of-the-wrong-type', {
    schema,
    previous: namesKind,
    sql: `ALTER TABLE devices ALTER COLUMN id SET DEFAULT 'first';`,
    measured: 'compat',
    why: 'first is no integer: it cannot run.',
  }),
  pair(
    'drop-of-the-sequence-default',
    { schema, sql: `ALTER TABLE devices ALTER COLUMN id DROP DEFAULT;` },
    {
      'old-release-takes-numbers': { previous: omitsKind, measured: 'compat', why: 'Nothing gives an id any more.' },
      'old-release-brings-ids': {
        previous: release({ devices: 'id name' }, `INSERT INTO devices (id, name) VALUES (1, 'roof') ON CONFLICT (id) DO NOTHING`),
        measured: 'safe',
        why: 'It writes ids by itself.',
      },
    },
  ),
  pair(
    'too-long-default',
    { sql: `ALTER TABLE devices ALTER COLUMN name SET DEFAULT 'an unnamed device';` },
    {
      'fits-the-column': { schema, previous: omitsKind, measured: 'safe', why: 'Nobody of the old release takes it.' },
      'does-not-fit-and-is-taken': {
        schema: schema.replace('name text NOT NULL', `name varchar(10) NOT NULL DEFAULT 'unnamed'`),
        previous: release({ devices: 'id name' }, `INSERT INTO devices (kind) VALUES ('sensor')`),
        measured: 'compat',
        why: 'The default is longer than the column: every INSERT that takes it fails.',
      },
    },
  ),
  single('null-default-of-a-required-column', {
    schema,
    previous: omitsKind,
    sql: `ALTER TABLE devices ALTER COLUMN kind SET DEFAULT NULL;`,
    measured: 'compat',
    why: 'A null default is none: NOT NULL fails.',
  }),
  single('default-that-calls-a-missing-table', {
    schema,
    previous: omitsKind,
    sql: `CREATE FUNCTION next_kind() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT label FROM kinds LIMIT 1); END $$;
ALTER TABLE devices ALTER COLUMN kind SET DEFAULT next_kind();`,
    measured: 'compat',
    why: 'There are no kinds: every INSERT that takes the default fails.',
  }),
  pair(
    'another',
    { schema, sql: `ALTER TABLE devices ALTER COLUMN kind SET DEFAULT 'gateway';` },
    {
      'old-release-takes-it-and-reads-it': { previous: omitsKind, measured: 'compat', why: 'It reads gateway where it meant sensor.' },
      'old-release-does-not-know-the-column': {
        previous: release({ devices: 'id name' }, `INSERT INTO devices (name) VALUES ('roof')`),
        measured: 'safe',
        why: 'Whatever stands there, it does not look.',
      },
    },
  ),
  pair(
    'none-of-a-column-that-may-be-null',
    {
      schema: schema.replace('token text', `token text DEFAULT 'none'`),
      sql: `ALTER TABLE devices ALTER COLUMN token DROP DEFAULT;`,
    },
    {
      'old-release-takes-it-and-reads-it': {
        previous: release({ devices: 'id name token' }, `INSERT INTO devices (name) VALUES ('roof')`),
        measured: 'compat',
        why: 'It reads null where it never had one.',
      },
      'old-release-writes-it': {
        previous: release({ devices: 'id name token' }, `INSERT INTO devices (name, token) VALUES ('roof', 't-1')`),
        measured: 'safe',
        why: 'It never took the default.',
      },
    },
  ),
);
