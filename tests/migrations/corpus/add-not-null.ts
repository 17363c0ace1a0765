import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE TABLE accounts (
  id serial PRIMARY KEY,
  login text NOT NULL,
  locale text,
  plan text DEFAULT 'free'
);`;

function inserting(...queries: readonly string[]) {
  return release({ accounts: 'id login' }, ...queries);
}

const names = inserting(`INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`);
const omits = inserting(`INSERT INTO accounts (login) VALUES ('ada')`);

const inSteps = `ALTER TABLE accounts ADD CONSTRAINT locale_given CHECK (locale IS NOT NULL) NOT VALID;
ALTER TABLE accounts VALIDATE CONSTRAINT locale_given;
ALTER TABLE accounts ALTER COLUMN locale SET NOT NULL;
ALTER TABLE accounts DROP CONSTRAINT locale_given;`;

export const addNotNull = topic(
  'add-not-null',
  single('plain', {
    schema,
    previous: names,
    sql: `ALTER TABLE accounts ALTER COLUMN locale SET NOT NULL;`,
    measured: 'lock',
    why: 'A scan under ACCESS EXCLUSIVE.',
  }),
  pair(
    'after-a-check',
    { previous: names, sql: `ALTER TABLE "accounts" ALTER COLUMN "locale" SET NOT NULL` },
    {
      validated: {
        schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT locale_given CHECK (locale IS NOT NULL);`,
        measured: 'safe',
        why: 'The validated check proves it: no scan.',
      },
      'not-validated': {
        schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT locale_given CHECK (locale IS NOT NULL) NOT VALID;`,
        measured: 'lock',
        why: 'A check that was never validated proves nothing.',
      },
      'of-another-column': {
        schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT plan_given CHECK (plan IS NOT NULL);`,
        measured: 'lock',
        why: 'It proves another column.',
      },
      'with-an-or': {
        schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT one_given CHECK (locale IS NOT NULL OR plan IS NOT NULL);`,
        measured: 'lock',
        why: 'Either may be null.',
      },
      'with-an-and': {
        schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT locale_is_short CHECK (locale IS NOT NULL AND length(locale) < 9);`,
        measured: 'safe',
        why: 'One arm of the AND proves it.',
      },
      'that-null-passes': {
        schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT locale_is_short CHECK (length(locale) < 9);`,
        measured: 'lock',
        why: 'A check passes for null: it proves nothing.',
      },
    },
  ),
  pair(
    'of-a-column-that-is',
    { sql: `ALTER TABLE accounts ALTER plan SET NOT NULL;`, previous: names },
    {
      already: { schema: schema.replace(`plan text DEFAULT`, `plan text NOT NULL DEFAULT`), measured: 'safe', why: 'Nothing changes.' },
      'not-yet': { schema, measured: 'lock', why: 'A scan under ACCESS EXCLUSIVE.' },
    },
  ),
  pair(
    'in-steps',
    { schema, sql: inSteps },
    {
      none: {
        previous: names,
        transaction: 'none',
        measured: 'safe',
        why: 'VALIDATE runs under SHARE UPDATE EXCLUSIVE, in a transaction of its own.',
      },
      wrapped: {
        previous: names,
        transaction: 'wrapped',
        measured: 'lock',
        why: 'VALIDATE scans while the first statement still holds ACCESS EXCLUSIVE.',
      },
      'old-inserts-omit-it': { previous: omits, transaction: 'none', measured: 'compat', why: 'NOT VALID binds new rows at once.' },
      'old-upsert-omits-it': {
        previous: inserting(
          `INSERT INTO accounts (id, login) VALUES (1, 'ada') ON CONFLICT (id) DO UPDATE SET locale = 'en', login = excluded.login`,
        ),
        transaction: 'none',
        measured: 'compat',
        why: 'The row to insert is checked before a conflict is looked for.',
      },
      'old-update-clears-it': {
        previous: inserting(`INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`, `UPDATE accounts SET locale = NULL WHERE id = 1`),
        transaction: 'none',
        measured: 'compat',
        why: 'An UPDATE sets null.',
      },
      'old-update-with-a-parameter': {
        previous: inserting(`INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`, `UPDATE accounts SET locale = $1 WHERE id = 1`),
        transaction: 'none',
        measured: 'compat',
        why: 'A parameter may be null.',
      },
      'old-update-with-a-fallback': {
        previous: inserting(
          `INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`,
          `UPDATE accounts SET locale = coalesce($1, 'en') WHERE id = 1`,
        ),
        transaction: 'none',
        measured: 'safe',
        why: 'coalesce with a literal is never null.',
      },
      'old-insert-from-a-nullable-column': {
        previous: inserting(
          `INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`,
          `INSERT INTO accounts (login, locale) SELECT login || '-copy', NULLIF(plan, 'free') FROM accounts WHERE id = 1`,
        ),
        transaction: 'none',
        measured: 'compat',
        why: 'NULLIF gives null.',
      },
    },
  ),
  pair(
    'with-a-default-first',
    {
      schema,
      previous: omits,
      sql: `ALTER TABLE accounts ALTER locale SET DEFAULT 'en';\nALTER TABLE accounts ADD CONSTRAINT locale_given CHECK (locale IS NOT NULL) NOT VALID;`,
    },
    {
      'old-release-only-inserts': {
        previous: release({}, `INSERT INTO accounts (login) VALUES ('ada')`),
        measured: 'safe',
        why: 'The default fills what the old INSERTs omit.',
      },
      'old-release-inserts-null': {
        previous: release({}, `INSERT INTO accounts (login, locale) VALUES ('ada', NULL)`),
        measured: 'compat',
        why: 'A written null takes no default.',
      },
      'old-release-updates-old-rows': {
        previous: release({}, `INSERT INTO accounts (login) VALUES ('ada')`, `UPDATE accounts SET plan = 'pro'`),
        measured: 'compat',
        why: 'Old rows with null cannot be updated any more, whatever the UPDATE sets.',
      },
    },
  ),
  pair(
    'by-a-not-null-constraint',
    {
      schema,
      previous: names,
      sql: `ALTER TABLE accounts ADD CONSTRAINT locale_nn NOT NULL locale NOT VALID;\nALTER TABLE accounts VALIDATE CONSTRAINT locale_nn;`,
    },
    {
      none: {
        transaction: 'none',
        measured: 'safe',
        why: 'NOT NULL … NOT VALID (PostgreSQL 18) does not scan; VALIDATE scans beside the writers.',
      },
      wrapped: { transaction: 'wrapped', measured: 'lock', why: 'VALIDATE scans under the lock of the first statement.' },
      'old-inserts-omit-it': { previous: omits, transaction: 'none', measured: 'compat', why: 'New rows are bound at once.' },
    },
  ),
  pair(
    'drop',
    {
      schema: schema.replace('locale text', `locale text NOT NULL DEFAULT 'en'`),
      sql: `ALTER TABLE accounts ALTER COLUMN locale DROP NOT NULL;`,
    },
    {
      'old-release-maps-it': {
        previous: release({ accounts: 'id login locale' }, `INSERT INTO accounts (login) VALUES ('ada')`),
        measured: 'compat',
        why: 'The new release may write null, which the old one cannot read.',
      },
      'old-release-does-not-read-it': {
        previous: release({ accounts: 'id login' }, `INSERT INTO accounts (login) VALUES ('ada')`),
        measured: 'safe',
        why: 'It never sees the column.',
      },
      'old-release-reads-with-a-fallback': {
        previous: release({}, `SELECT id, coalesce(locale, 'en') AS locale FROM accounts`),
        measured: 'safe',
        why: 'coalesce reads a null as well.',
      },
      'old-release-selects-it': {
        previous: release({}, `SELECT id, locale FROM accounts`),
        measured: 'compat',
        why: 'A query reads the null.',
      },
    },
  ),
  single('drop-of-a-nullable', {
    schema,
    previous: release({ accounts: 'id login locale' }, `INSERT INTO accounts (login) VALUES ('ada')`),
    sql: `ALTER TABLE accounts ALTER COLUMN locale DROP NOT NULL;`,
    measured: 'safe',
    why: 'It was nullable.',
  }),
  pair(
    'primary-key',
    {
      previous: release({ tags: 'label' }, `INSERT INTO tags (label) VALUES (gen_random_uuid()::text)`),
      sql: `ALTER TABLE tags ADD PRIMARY KEY (label);`,
    },
    {
      'of-an-old-table': {
        schema: `CREATE TABLE tags (label text);`,
        measured: 'lock',
        why: 'A scan for nulls and an index under ACCESS EXCLUSIVE.',
      },
      'that-exists': {
        schema: `CREATE TABLE tags (label text PRIMARY KEY);`,
        measured: 'compat',
        why: 'A table has one primary key: it cannot run.',
      },
    },
  ),
  pair(
    'drop-and-read-safely',
    {
      schema: schema.replace('locale text', `locale text NOT NULL DEFAULT 'en'`),
      sql: `ALTER TABLE "accounts" ALTER COLUMN "locale" DROP NOT NULL`,
    },
    {
      'only-a-count-of-nulls': {
        previous: release({}, `SELECT count(*) FROM accounts WHERE locale IS NULL`),
        measured: 'safe',
        why: 'It asks for nulls itself.',
      },
      'in-an-aggregate': {
        previous: release({}, `SELECT string_agg(login, ',') AS logins, max(locale) AS last FROM accounts GROUP BY id`),
        measured: 'compat',
        why: 'The largest of nulls is null.',
      },
    },
  ),
  pair(
    'backfill-of-a-mapped-column',
    { schema, sql: `UPDATE accounts SET locale = 'en' WHERE locale IS NULL;`, transaction: 'none' },
    {
      'old-release-always-writes-it': {
        previous: release({ accounts: 'id login locale' }, `INSERT INTO accounts (login, locale) VALUES ('ada', 'de')`),
        measured: 'safe',
        why: 'Every row has a locale: the UPDATE finds none.',
      },
      'old-release-leaves-it-null': {
        previous: release({ accounts: 'id login locale' }, `INSERT INTO accounts (login) VALUES ('ada')`),
        measured: 'compat',
        why: 'It reads en where it wrote null.',
      },
    },
  ),
  single('backfill-and-steps', {
    schema,
    previous: release({ accounts: 'id login locale' }, `INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`),
    transaction: 'none',
    sql: `UPDATE accounts SET locale = 'en' WHERE locale IS NULL;\n${inSteps}`,
    measured: 'safe',
    why: 'The textbook on a column that the old release maps and always writes.',
  }),
  single('subcommands-of-one-statement', {
    schema,
    previous: names,
    transaction: 'none',
    sql: `ALTER TABLE accounts ADD CONSTRAINT locale_given CHECK (locale IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT locale_given;`,
    measured: 'lock',
    why: 'One statement, one lock: VALIDATE runs under ACCESS EXCLUSIVE.',
  }),
  pair(
    'drop-a-check-that-forbids-null',
    {
      schema: `${schema}\nALTER TABLE accounts ADD CONSTRAINT locale_given CHECK (locale IS NOT NULL);`,
      sql: `ALTER TABLE accounts DROP CONSTRAINT locale_given;`,
    },
    {
      'old-release-reads-it': {
        previous: release({ accounts: 'id login locale' }, `INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`),
        measured: 'compat',
        why: 'The same as DROP NOT NULL: the new release may write null.',
      },
      'old-release-does-not': { previous: names, measured: 'safe', why: 'It never sees the column.' },
    },
  ),
  pair(
    'drop-under-a-case',
    {
      schema: schema.replace('locale text', 'locale text NOT NULL'),
      sql: `ALTER TABLE accounts ALTER COLUMN locale DROP NOT NULL;`,
    },
    {
      'that-tests-it-first': {
        previous: release(
          { accounts: 'id login' },
          `INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`,
          `SELECT id, CASE WHEN locale IS NULL THEN 'en' ELSE locale END FROM accounts`,
        ),
        measured: 'safe',
        why: 'It has an answer for null.',
      },
      'that-tests-another-column': {
        previous: release(
          { accounts: 'id login' },
          `INSERT INTO accounts (login, locale) VALUES ('ada', 'en')`,
          `SELECT id, CASE WHEN plan IS NULL THEN 'en' ELSE locale END FROM accounts`,
        ),
        measured: 'compat',
        why: 'It reads null where there was none.',
      },
    },
  ),
);
