import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE TABLE clients (id serial PRIMARY KEY, name text NOT NULL, vat text);
CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL);`;

const clients = release(
  { clients: 'id name' },
  `INSERT INTO clients (name) VALUES ('Acme')`,
  `UPDATE clients SET name = 'Acme AG' WHERE name = 'Acme'`,
);
const notes = release({ notes: 'id body' }, `INSERT INTO notes (body) VALUES ('Call back')`);

const sides = {
  'old-release-uses-it': { previous: clients, measured: 'compat', why: 'The old release asks for clients.' },
  'old-release-does-not': { previous: notes, measured: 'safe', why: 'It does not know clients.' },
} as const;

export const renamedTables = topic(
  'renamed-tables',
  pair('plain', { schema, sql: `ALTER TABLE clients RENAME TO customers;` }, sides),
  pair('to-another-schema', { schema, sql: `CREATE SCHEMA crm;\nALTER TABLE clients SET SCHEMA crm;` }, sides),
  pair('drop', { schema, sql: `DROP TABLE "clients"` }, sides),
  pair(
    'with-a-view-in-its-place',
    { schema, sql: `ALTER TABLE clients RENAME TO customers;\nCREATE VIEW clients AS SELECT id, name, vat FROM customers;` },
    {
      wrapped: {
        previous: clients,
        transaction: 'wrapped',
        measured: 'safe',
        why: 'A simple view takes INSERTs and UPDATEs as the table did.',
      },
      none: { previous: clients, transaction: 'none', measured: 'compat', why: 'Between the commits the name is missing.' },
      'old-release-truncates': {
        previous: release({ clients: 'id name' }, `TRUNCATE clients`),
        transaction: 'wrapped',
        measured: 'compat',
        why: 'A view takes no TRUNCATE.',
      },
    },
  ),
  pair(
    'with-a-view-that-takes-no-writes',
    { schema, sql: `ALTER TABLE clients RENAME TO customers;\nCREATE VIEW clients AS SELECT DISTINCT id, name, vat FROM customers;` },
    {
      'old-release-writes': { previous: clients, measured: 'compat', why: 'A view with DISTINCT takes no INSERT.' },
      'old-release-reads': { previous: release({}, `SELECT id, name FROM clients`), measured: 'safe', why: 'It reads the same rows.' },
    },
  ),
  pair(
    'there-and-back',
    {
      schema,
      previous: clients,
      sql: `ALTER TABLE clients RENAME TO customers;\nALTER TABLE customers ADD COLUMN iban text;\nALTER TABLE customers RENAME TO clients;`,
    },
    {
      wrapped: { transaction: 'wrapped', measured: 'safe', why: 'At the end the name is there.' },
      none: { transaction: 'none', measured: 'compat', why: 'In between it is not.' },
    },
  ),
  pair(
    'entity-removed-and-added',
    {
      schema,
      sql: `DROP TABLE "clients";\nCREATE TABLE "customers" ("id" SERIAL NOT NULL, "name" text NOT NULL, CONSTRAINT "PK_c" PRIMARY KEY ("id"))`,
    },
    sides,
  ),
  pair(
    'entity-of-the-same-name',
    {
      schema,
      sql: `DROP TABLE "clients";\nCREATE TABLE "clients" ("id" SERIAL NOT NULL, "name" text NOT NULL, "vat" text, CONSTRAINT "PK_c" PRIMARY KEY ("id"))`,
    },
    {
      'old-release-uses-it': { previous: clients, measured: 'compat', why: 'Every query runs, and every row is lost.' },
      'old-release-does-not': { previous: notes, measured: 'safe', why: 'It does not know clients.' },
    },
  ),
  pair(
    'by-a-chain-of-copies',
    {
      schema,
      sql: `-- 1: the new table
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL);
-- 2: its rows
INSERT INTO customers (id, name) SELECT id, name FROM clients;
-- 3: the old table
DROP TABLE clients;`,
    },
    sides,
  ),
  single('swapped', {
    schema,
    previous: clients,
    sql: `CREATE TABLE clients_new (id serial PRIMARY KEY, name text NOT NULL);\nALTER TABLE clients RENAME TO clients_old;\nALTER TABLE clients_new RENAME TO clients;`,
    measured: 'compat',
    why: 'The name is there and empty: the rows are elsewhere.',
  }),
  single('synonym-first', {
    schema,
    previous: clients,
    sql: `CREATE VIEW customers AS SELECT id, name, vat FROM clients;`,
    measured: 'safe',
    why: 'The new name lives beside the old one.',
  }),
  pair(
    'constraint-on-what-is-a-view-now',
    {
      previous: notes,
      sql: `ALTER TABLE clients RENAME TO customers;\nCREATE VIEW clients AS SELECT * FROM customers;\nALTER TABLE clients ADD CONSTRAINT named CHECK (name <> '') NOT VALID;`,
    },
    {
      'it-is-a-view': { schema, measured: 'compat', why: 'A view takes no constraint: it cannot run.' },
      'no-such-table': {
        schema: `CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL);`,
        measured: 'compat',
        why: 'There are no clients: it cannot run.',
      },
    },
  ),
  single('upsert-through-the-view', {
    schema: `CREATE TABLE kv (k text PRIMARY KEY, v text NOT NULL);`,
    previous: release({ kv: 'k v' }, `INSERT INTO kv (k, v) VALUES ('theme', 'dark') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v`),
    sql: `ALTER TABLE kv RENAME TO settings;\nCREATE VIEW kv AS SELECT k, v FROM settings;`,
    measured: 'safe',
    why: 'ON CONFLICT works through a view that is updatable by itself.',
  }),
);
