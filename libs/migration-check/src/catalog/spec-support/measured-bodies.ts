/* cspell:disable */
/** Bodies of functions, views that are altered like tables, and tables of a type. */
export const BODIES = {
  schema: `
CREATE TABLE carts (id integer PRIMARY KEY, net numeric NOT NULL, status text, data jsonb);
CREATE VIEW shown AS SELECT id, net FROM carts;
CREATE MATERIALIZED VIEW stored AS SELECT id, net FROM carts;
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE address AS (street text, city text);
CREATE TABLE places OF address;
CREATE TYPE tone AS ENUM ('low', 'high');
CREATE TABLE logs (id integer PRIMARY KEY, a varchar(10), b text);
CREATE FUNCTION last_log(x integer) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT a FROM logs WHERE id = x; END;
CREATE FUNCTION loudest() RETURNS text LANGUAGE sql RETURN ('high'::tone)::text;
CREATE FUNCTION twice() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT last_log(1) || last_log(2); END;
CREATE VIEW counted AS SELECT id, b, count(*) FROM logs GROUP BY id;
CREATE VIEW by_both AS SELECT id, b, count(*) FROM logs GROUP BY id, b;
CREATE TABLE numbers (id integer PRIMARY KEY, other integer, no integer);
CREATE INDEX numbers_other ON numbers (other, no);`,
  statements: [
    'CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT missing FROM carts $$',
    'CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT id FROM nowhere $$',
    'CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELEC 1 $$',
    'CREATE FUNCTION f(id integer) RETURNS integer LANGUAGE sql AS $$ SELECT id $$',
    'CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT abs(n) + abs($1) $$',
    'CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql RETURN n + other',
    'CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT n; END',
    'CREATE FUNCTION f(p pair) RETURNS integer LANGUAGE sql AS $$ SELECT (p).a + p.a $$',
    'CREATE FUNCTION f(p carts) RETURNS numeric LANGUAGE sql AS $$ SELECT p.net * 2 $$',
    'CREATE FUNCTION f(x anyelement) RETURNS anyelement LANGUAGE sql AS $$ SELECT x $$',
    'CREATE FUNCTION f(n integer, OUT a integer) LANGUAGE sql AS $$ SELECT n $$',
    'CREATE FUNCTION f(d jsonb) RETURNS text LANGUAGE sql AS $$ SELECT d ->> $q$a$q$ $$',
    'CREATE FUNCTION f(n integer[]) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM unnest(n) AS u(x) WHERE x = ANY (n) $$',
    'CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT CASE WHEN n < 1 THEN 0 ELSE f(n - 1) END $$',
    'CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS $$ WITH RECURSIVE t(x) AS (SELECT n UNION ALL SELECT x + 1 FROM t WHERE x < 5) SELECT max(x) FROM t $$',
    'SET check_function_bodies = off ;; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT id FROM nowhere $$',
    'CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETRN 1 END $$',
    'CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN (SELEC id FROM carts); END $$',
    'CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT id FROM nowhere); END $$',
    'ALTER TABLE shown ADD CONSTRAINT c CHECK (net > 0)',
    'ALTER TABLE shown ADD COLUMN x integer',
    'ALTER TABLE shown ALTER COLUMN net SET NOT NULL',
    'ALTER TABLE shown ALTER COLUMN net SET DEFAULT 1',
    'ALTER TABLE shown DROP COLUMN net',
    'ALTER VIEW shown SET (security_barrier = true)',
    'ALTER TABLE stored ADD CONSTRAINT c CHECK (net > 0)',
    'ALTER TABLE stored DROP COLUMN net',
    'ALTER MATERIALIZED VIEW stored SET (fillfactor = 90)',
    'ALTER TYPE address ADD ATTRIBUTE country text',
    'ALTER TYPE address DROP ATTRIBUTE city',
    'ALTER TYPE address ADD ATTRIBUTE country text CASCADE ;; SELECT country FROM places',
    'ALTER TYPE pair ADD ATTRIBUTE c integer',
    'DROP TYPE address',
    'ALTER TABLE logs DROP COLUMN a',
    'ALTER TABLE logs DROP COLUMN a CASCADE ;; DROP TYPE tone CASCADE ;; ALTER TABLE logs ALTER COLUMN id TYPE bigint',
    'ALTER TABLE logs ALTER COLUMN a TYPE text',
    'DROP VIEW counted ;; DROP VIEW by_both ;; DROP TABLE logs',
    'DROP TYPE tone',
    'DROP FUNCTION twice() ;; DROP FUNCTION last_log(integer)',
    'ALTER TABLE logs DROP CONSTRAINT logs_pkey',
    'CREATE OR REPLACE VIEW counted AS SELECT id, b, count(*) FROM logs GROUP BY id, b ;; ALTER TABLE logs DROP CONSTRAINT logs_pkey',
    'SELECT max(id) FROM numbers',
    'SELECT (SELECT coalesce(max(id), 1) FROM numbers)',
    'SELECT min(other) + 1, max(id) FROM numbers',
    'SELECT max(no) FROM numbers',
    'SELECT max(id), count(*) FROM numbers',
    'SELECT max(no) FROM numbers WHERE no = 3',
    'SELECT max(id + 1) FROM numbers',
  ],
} as const;
