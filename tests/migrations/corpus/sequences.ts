import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE SEQUENCE order_number START WITH 1000;
CREATE TABLE bills (id serial PRIMARY KEY, number bigint NOT NULL DEFAULT nextval('order_number'), total integer NOT NULL);`;

const inserts = release({ bills: 'id number total' }, `INSERT INTO bills (total) VALUES (10)`);
const reads = release({}, `SELECT id, total FROM bills`);
const asks = release({ bills: 'id total' }, `SELECT nextval('order_number')`, `INSERT INTO bills (total) VALUES (10)`);

export const sequences = topic(
  'sequences',
  single('new', {
    schema,
    previous: inserts,
    sql: `CREATE SEQUENCE refund_number AS integer START 1;\nALTER SEQUENCE refund_number OWNED BY bills.id;`,
    measured: 'safe',
    why: 'Nobody knows it.',
  }),
  single('drop-of-a-default', {
    schema,
    previous: inserts,
    sql: `DROP SEQUENCE order_number;`,
    measured: 'compat',
    why: 'PostgreSQL refuses: a default needs it.',
  }),
  pair(
    'drop-cascade',
    { schema, sql: `DROP SEQUENCE order_number CASCADE;` },
    {
      'old-release-takes-numbers': { previous: inserts, measured: 'compat', why: 'CASCADE drops the default of a NOT NULL column.' },
      'old-release-only-reads': { previous: reads, measured: 'safe', why: 'It takes no numbers.' },
    },
  ),
  pair(
    'rename',
    { schema, sql: `ALTER SEQUENCE order_number RENAME TO bill_number;` },
    {
      'old-release-asks-by-name': { previous: asks, measured: 'compat', why: 'nextval of the old name fails.' },
      'only-the-default-asks': { previous: inserts, measured: 'safe', why: 'A default keeps the sequence, whatever its name.' },
    },
  ),
  pair(
    'drop-unused',
    { schema: `${schema}\nCREATE SEQUENCE tickets;`, sql: `DROP SEQUENCE tickets;` },
    {
      'old-release-asks-it': {
        previous: release({}, `SELECT nextval('tickets'::regclass)`),
        measured: 'compat',
        why: 'The query names it in a text.',
      },
      'nobody-asks-it': { previous: inserts, measured: 'safe', why: 'Nobody uses it.' },
    },
  ),
  single('larger-cache', {
    schema,
    previous: asks,
    sql: `ALTER SEQUENCE order_number CACHE 50;`,
    measured: 'safe',
    why: 'Numbers with gaps.',
  }),
  single('exhausted', {
    schema,
    previous: inserts,
    sql: `ALTER SEQUENCE order_number MAXVALUE 1000 RESTART WITH 1000;`,
    measured: 'compat',
    why: 'After one number there are no more.',
  }),
  pair(
    'restarted',
    { schema: `CREATE TABLE bills (id serial PRIMARY KEY, total integer NOT NULL);`, sql: `ALTER SEQUENCE bills_id_seq RESTART WITH 1;` },
    {
      'old-release-takes-ids': {
        previous: release({ bills: 'id total' }, `INSERT INTO bills (total) VALUES (10)`),
        measured: 'compat',
        why: 'The ids given next are taken.',
      },
      'old-release-reads': { previous: reads, measured: 'safe', why: 'It takes no ids.' },
    },
  ),
  single('to-bigint', {
    schema,
    previous: inserts,
    sql: `ALTER SEQUENCE bills_id_seq AS bigint;`,
    measured: 'safe',
    why: 'A wider sequence changes no column.',
  }),
);
