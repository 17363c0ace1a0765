import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadParser, statementsOf } from '../sql/statement.ts';
import type { TransactionMode } from '../verdict.ts';
import { applyStatement, endTransaction } from './apply-statement.ts';
import type { Catalog, Relation } from './catalog.ts';
import { catalogOf } from './catalog-of.ts';
import type { Effect } from './effect.ts';

beforeAll(loadParser);

const SCHEMA = `
  CREATE TYPE state AS ENUM ('open', 'done');
  CREATE TABLE project (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(20) NOT NULL CHECK (name <> ''), state state NOT NULL DEFAULT 'open');
  CREATE TABLE task (id bigserial PRIMARY KEY, project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE, title text, done_at timestamptz);
  CREATE INDEX task_title ON task (lower(title)) WHERE done_at IS NULL;
  CREATE VIEW open_task AS SELECT t.*, p.name FROM task t JOIN project p ON p.id = t.project_id WHERE done_at IS NULL;
`;

function apply(sql: string, mode: TransactionMode = 'wrapped', catalog: Catalog = catalogOf(statementsOf(SCHEMA))): Applied {
  return { catalog, effects: statementsOf(sql).flatMap((statement) => applyStatement(catalog, statement, mode)) };
}

interface Applied {
  readonly catalog: Catalog;
  readonly effects: readonly Effect[];
}

const failuresOf = ({ effects }: Applied): readonly string[] =>
  effects.flatMap((effect) => (effect.what === 'failure' ? [effect.message] : []));
const unreadOf = ({ effects }: Applied): readonly string[] =>
  effects.flatMap((effect) => (effect.what === 'unreadable' ? [effect.message] : []));

function table({ relations }: Catalog, name: string): Relation {
  const found = [...relations.values()].find((relation) => relation.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

/** What takes long, as `scan task`. */
function toilOf({ catalog, effects }: Applied): readonly string[] {
  return effects.flatMap((effect) =>
    effect.what === 'scan' || effect.what === 'rewrite' || effect.what === 'index'
      ? [`${effect.what} ${catalog.relations.get(effect.table)?.name ?? ''}`]
      : [],
  );
}

describe('the catalog', () => {
  it('MIG-4: keeps the ids of what is renamed or moved, and expressions and views that read it follow', () => {
    const catalog = catalogOf(statementsOf(SCHEMA));
    const ids = table(catalog, 'task').columns.map(({ id }) => id);
    const applied = apply(
      'ALTER TABLE task RENAME TO job; ALTER TABLE job RENAME COLUMN title TO label; ALTER TABLE job ALTER label TYPE varchar',
      'wrapped',
      catalog,
    );
    expect(table(applied.catalog, 'job').columns.map(({ id }) => id)).toEqual(ids);
    expect(JSON.stringify([...catalog.indexes.values()].find(({ name }) => name === 'task_title')?.keys)).toContain('"label"');
    expect(failuresOf(applied)).toEqual(['cannot alter type of a column used by a view or rule: view open_task depends on column "label"']);
  });

  it('MIG-4: gives a column that is dropped and added again another id, in whatever order one ALTER TABLE says it', () => {
    const before = catalogOf(statementsOf(SCHEMA));
    const old = table(before, 'project').columns.find(({ name }) => name === 'state')?.id;
    const { catalog } = apply("ALTER TABLE project ADD COLUMN state text NOT NULL DEFAULT 'open', DROP COLUMN state", 'wrapped', before);
    expect(table(catalog, 'project').columns.find(({ name }) => name === 'state')?.id).not.toBe(old);
  });

  it('MIG-4: knows a view by the columns of the day on which it was made', () => {
    const { catalog } = apply('ALTER TABLE task ADD COLUMN priority int');
    expect(table(catalog, 'open_task').columns.map(({ name, type }) => `${name} ${type.name}`)).toEqual([
      ...['id int8', 'project_id uuid', 'title text', 'done_at timestamptz', 'name varchar'],
    ]);
  });

  it('MIG-4: is what pg_dump wrote, with its search_path left behind', () => {
    const dumped = catalogOf(
      statementsOf(`SELECT pg_catalog.set_config('search_path', '', false); SET default_table_access_method = heap;
        CREATE TABLE public.a (id integer NOT NULL, name character varying(20) DEFAULT 'x'::character varying);
        ALTER TABLE public.a OWNER TO someone; CREATE SEQUENCE public.a_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
        ALTER SEQUENCE public.a_id_seq OWNED BY public.a.id; ALTER TABLE ONLY public.a ALTER COLUMN id SET DEFAULT nextval('public.a_id_seq'::regclass);
        ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);`),
    );
    expect(table(dumped, 'a').constraints.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['not null a_id_not_null', 'primary a_pkey']);
    expect(failuresOf(apply('ALTER TABLE a ADD b int', 'none', dumped))).toEqual([]);
    expect(dumped.unread).toEqual([]);
  });
});

describe('what a transaction changes', () => {
  it.each([
    'CREATE INDEX CONCURRENTLY i ON task (done_at)',
    'DROP INDEX CONCURRENTLY task_title',
    'REINDEX (CONCURRENTLY) TABLE task',
    'VACUUM task',
    "ALTER SYSTEM SET work_mem = '1MB'",
    'CREATE DATABASE other',
  ])('MIG-5: %s fails in one, and not outside', (sql) => {
    expect(apply(sql).effects.filter((effect) => effect.what === 'failure')).toMatchObject([
      { concurrently: sql.includes('CONCURRENTLY') },
    ]);
    expect(failuresOf(apply(sql, 'none'))).toEqual([]);
  });

  it('MIG-5: LOCK TABLE fails outside of one', () => {
    expect([failuresOf(apply('LOCK TABLE task')), failuresOf(apply('LOCK TABLE task', 'none'))]).toEqual([
      [],
      ['LOCK TABLE can only be used in transaction blocks'],
    ]);
  });

  it("MIG-5: an enum's new label cannot be used before its end", () => {
    const added = apply("ALTER TYPE state ADD VALUE 'late'");
    expect(failuresOf(apply("UPDATE project SET state = 'late' WHERE id = gen_random_uuid()", 'wrapped', added.catalog))).toHaveLength(1);
    expect(failuresOf(apply("ALTER TABLE project ALTER state SET DEFAULT 'late'", 'wrapped', added.catalog))).toHaveLength(1);
    expect(failuresOf(apply("UPDATE project SET name = 'late'", 'wrapped', added.catalog))).toEqual([]);
    endTransaction(added.catalog);
    expect(failuresOf(apply("UPDATE project SET state = 'late'", 'wrapped', added.catalog))).toEqual([]);
    expect(failuresOf(apply("ALTER TYPE state ADD VALUE 'late'; UPDATE project SET state = 'late'", 'none'))).toEqual([]);
  });
});

describe('rows', () => {
  it.each([
    ['UPDATE task SET title = $1 WHERE id = 7', []],
    ['UPDATE task SET title = $1 WHERE id IN (7, 8)', []],
    ['UPDATE task SET title = $1 WHERE id BETWEEN 1 AND 1000', []],
    ['UPDATE task SET title = $1 WHERE id >= 1 AND id < 1000', []],
    ['UPDATE task SET title = $1 WHERE id < 1000', ['scan task']],
    ["UPDATE task SET title = $1 WHERE title = 'a'", ['scan task']],
    ['UPDATE task SET title = p.name FROM project p WHERE p.id = task.project_id', ['scan task', 'scan project']],
    ['DELETE FROM task WHERE id = (SELECT 1)', []],
    ['INSERT INTO task (project_id) SELECT id FROM project', ['scan project']],
    ['INSERT INTO task (project_id) VALUES ($1)', []],
    ['SELECT 1 FROM task LIMIT 1', []],
    ['SELECT * FROM open_task', ['scan task', 'scan project']],
  ])('MIG-6: %s reads as a whole %j', (sql, wanted) => {
    expect(toilOf(apply(sql))).toEqual(wanted);
  });

  it('MIG-6: says which columns change and which rows go, those of ON DELETE CASCADE too', () => {
    const { catalog, effects } = apply("UPDATE project SET name = 'x'; DELETE FROM project");
    const [name] = table(catalog, 'project').columns.filter((column) => column.name === 'name');
    const rows = effects.flatMap((effect) =>
      effect.what === 'rows' ? [[catalog.relations.get(effect.table)?.name, effect.change, effect.columns]] : [],
    );
    expect(rows).toEqual([
      ['project', 'update', [name?.id]],
      ['project', 'delete', null],
      ['task', 'delete', null],
    ]);
  });
});

describe('PL/pgSQL', () => {
  const guarded = 'DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class) THEN ALTER TABLE task ADD COLUMN title text; END IF; END $$';

  it('MIG-7: applies the static SQL of DO and what it calls', () => {
    expect(toilOf(apply('DO $$ BEGIN ALTER TABLE task ADD b float DEFAULT random(); END $$'))).toEqual(['rewrite task']);
    const routine = "CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN UPDATE task SET title = 'x'; END $$; CALL fill()";
    expect(toilOf(apply(routine))).toEqual(['scan task']);
  });

  it('MIG-7: a failure under a condition or a handler is none, another one is', () => {
    expect(failuresOf(apply(guarded))).toEqual([]);
    expect(failuresOf(apply('DO $$ BEGIN ALTER TABLE task ADD title text; EXCEPTION WHEN duplicate_column THEN NULL; END $$'))).toEqual([]);
    expect(failuresOf(apply('DO $$ BEGIN ALTER TABLE task ADD title text; END $$'))).toEqual([
      'column "title" of relation "task" already exists',
    ]);
  });

  it.each([
    "DO $$ BEGIN EXECUTE 'ALTER TABLE task ADD b int'; END $$",
    "DO $$ DECLARE t text; BEGIN FOR t IN SELECT relname FROM pg_class LOOP EXECUTE 'DROP TABLE ' || t; END LOOP; END $$",
    "DO LANGUAGE plpython3u 'pass'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib'; SELECT f()",
    'DROP OWNED BY someone',
    'REVOKE ALL ON task FROM PUBLIC',
    'CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <',
  ])('MIG-8: says that it cannot read %s', (sql) => {
    expect(unreadOf(apply(sql))).toHaveLength(1);
  });
});
