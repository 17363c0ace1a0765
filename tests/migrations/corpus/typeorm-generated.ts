import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE TABLE "user" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "email" character varying NOT NULL, "firstName" character varying(50) NOT NULL, "age" integer, CONSTRAINT "PK_user" PRIMARY KEY ("id"));
CREATE TABLE "profile" ("id" SERIAL NOT NULL, "bio" text, CONSTRAINT "PK_profile" PRIMARY KEY ("id"));`;

const users = release(
  { user: 'id email firstName age' },
  `INSERT INTO "user"("email", "firstName", "age") VALUES ('ada@example.org', 'Ada', 36) RETURNING "id"`,
  `SELECT "user"."id" AS "user_id", "user"."email" AS "user_email" FROM "user" "user" WHERE ("user"."email" = 'ada@example.org') LIMIT 1`,
);
const withoutAge = release(
  { user: 'id email firstName' },
  `INSERT INTO "user"("email", "firstName") VALUES ('ada@example.org', 'Ada') RETURNING "id"`,
);
const profiles = release({ profile: 'id bio' }, `INSERT INTO "profile"("id", "bio") VALUES (DEFAULT, 'Mathematician') RETURNING "id"`);

export const typeormGenerated = topic(
  'typeorm-generated',
  pair(
    'length-as-drop-and-add',
    {
      schema,
      sql: `ALTER TABLE "user" DROP COLUMN "firstName";\nALTER TABLE "user" ADD "firstName" character varying(100) NOT NULL DEFAULT ''`,
    },
    {
      'old-release-maps-it': { previous: users, measured: 'compat', why: 'Every query runs, and every first name is lost.' },
      'old-release-knows-profiles-only': { previous: profiles, measured: 'safe', why: 'Nobody reads the values that are lost.' },
    },
  ),
  pair(
    'type-as-drop-and-add',
    { schema, sql: `ALTER TABLE "user" DROP COLUMN "age";\nALTER TABLE "user" ADD "age" integer` },
    {
      'old-release-maps-it': { previous: users, measured: 'compat', why: 'The same type, and still every age is lost.' },
      'old-release-does-not': { previous: withoutAge, measured: 'safe', why: 'It does not read ages.' },
    },
  ),
  single('length-as-alter', {
    schema,
    previous: users,
    sql: `ALTER TABLE "user" ALTER COLUMN "firstName" TYPE character varying(100)`,
    measured: 'safe',
    why: 'What the length change should have been.',
  }),
  single('uuid-column', {
    schema,
    previous: users,
    sql: `ALTER TABLE "user" ADD "publicId" uuid NOT NULL DEFAULT uuid_generate_v4()`,
    measured: 'lock',
    why: 'uuid_generate_v4() is volatile.',
  }),
  single('required-column', {
    schema,
    previous: users,
    sql: `ALTER TABLE "user" ADD "lastName" character varying NOT NULL`,
    measured: 'compat',
    why: 'No default: it fails on rows.',
  }),
  single('dates', {
    schema,
    previous: users,
    sql: `ALTER TABLE "user" ADD "createdAt" TIMESTAMP NOT NULL DEFAULT now();\nALTER TABLE "user" ADD "updatedAt" TIMESTAMP NOT NULL DEFAULT now();\nALTER TABLE "user" ADD "deletedAt" TIMESTAMP;\nALTER TABLE "user" ADD "version" integer NOT NULL DEFAULT '1'`,
    measured: 'safe',
    why: 'CreateDateColumn, UpdateDateColumn, DeleteDateColumn and VersionColumn have stable defaults.',
  }),
  single('many-to-many', {
    schema,
    previous: users,
    sql: `CREATE TABLE "role" ("id" SERIAL NOT NULL, "name" character varying NOT NULL, CONSTRAINT "UQ_role" UNIQUE ("name"), CONSTRAINT "PK_role" PRIMARY KEY ("id"));
CREATE TABLE "user_roles_role" ("userId" uuid NOT NULL, "roleId" integer NOT NULL, CONSTRAINT "PK_ur" PRIMARY KEY ("userId", "roleId"));
CREATE INDEX "IDX_ur_user" ON "user_roles_role" ("userId");
CREATE INDEX "IDX_ur_role" ON "user_roles_role" ("roleId");
ALTER TABLE "user_roles_role" ADD CONSTRAINT "FK_ur_user" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "user_roles_role" ADD CONSTRAINT "FK_ur_role" FOREIGN KEY ("roleId") REFERENCES "role"("id") ON DELETE CASCADE ON UPDATE CASCADE`,
    measured: 'safe',
    why: 'All tables but user are new, and user is locked briefly.',
  }),
  pair(
    'one-to-one',
    {
      schema,
      sql: `ALTER TABLE "user" ADD "profileId" integer;\nALTER TABLE "user" ADD CONSTRAINT "REL_profile" UNIQUE ("profileId");\nALTER TABLE "user" ADD CONSTRAINT "FK_profile" FOREIGN KEY ("profileId") REFERENCES "profile"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    },
    {
      wrapped: { previous: users, transaction: 'wrapped', measured: 'lock', why: 'An index is built and every row looked up under locks.' },
      none: { previous: users, transaction: 'none', measured: 'lock', why: 'Each of them blocks by itself.' },
      'old-release-truncates-profiles': {
        previous: release({ profile: 'id bio' }, `TRUNCATE "profile"`),
        transaction: 'none',
        measured: 'compat and lock',
        why: 'And TRUNCATE is refused.',
      },
    },
  ),
  pair(
    'entity-index',
    { previous: users, sql: `CREATE INDEX "IDX_user_email" ON "user" ("email") ` },
    {
      'on-an-old-table': { schema, measured: 'lock', why: 'SHARE blocks writers.' },
      'name-taken': { schema: `${schema}\nCREATE INDEX "IDX_user_email" ON "user" ("age");`, measured: 'compat', why: 'It cannot run.' },
    },
  ),
  single('nullable-true-to-false', {
    schema,
    previous: users,
    sql: `ALTER TABLE "user" ALTER COLUMN "age" SET NOT NULL`,
    measured: 'lock',
    why: 'A scan under ACCESS EXCLUSIVE.',
  }),
  pair(
    'nullable-false-to-true',
    { schema, sql: `ALTER TABLE "user" ALTER COLUMN "firstName" DROP NOT NULL` },
    {
      'old-release-reads-it': { previous: users, measured: 'compat', why: 'The new release writes null, which the old one cannot read.' },
      'old-release-reads-emails-only': {
        previous: release({}, `SELECT "email" FROM "user"`),
        measured: 'safe',
        why: 'It does not read first names.',
      },
    },
  ),
  pair(
    'relation-dropped',
    {
      schema: `${schema}\nALTER TABLE "user" ADD "profileId" integer REFERENCES "profile" ("id");`,
      sql: `ALTER TABLE "user" DROP CONSTRAINT "user_profileId_fkey";\nALTER TABLE "user" DROP COLUMN "profileId"`,
    },
    {
      'old-release-stopped': { previous: users, measured: 'safe', why: 'It does not map profileId any more.' },
      'old-release-joins': {
        previous: release({ user: 'id email' }, `SELECT "u"."id" FROM "user" "u" LEFT JOIN "profile" "p" ON "p"."id"="u"."profileId"`),
        measured: 'compat',
        why: 'The join names profileId.',
      },
    },
  ),
  pair(
    'column-default-changed',
    { schema, sql: `ALTER TABLE "user" ALTER COLUMN "id" DROP DEFAULT` },
    {
      'old-release-lets-the-database-make-ids': { previous: users, measured: 'compat', why: 'The primary key is not filled any more.' },
      'old-release-brings-ids': {
        previous: release(
          { user: 'id email' },
          `INSERT INTO "user"("id", "email", "firstName") VALUES (gen_random_uuid(), 'ada@example.org', 'Ada')`,
        ),
        measured: 'safe',
        why: 'It makes ids by itself.',
      },
    },
  ),
  single('migrations-table', {
    schema: `${schema}\nCREATE TABLE "migrations" ("id" SERIAL PRIMARY KEY, "timestamp" bigint NOT NULL, "name" character varying NOT NULL);`,
    previous: users,
    sql: `INSERT INTO "migrations"("timestamp", "name") VALUES (1712000000000, 'AddRoles1712000000000');\nSELECT * FROM current_schema();`,
    measured: 'safe',
    why: 'The bookkeeping of TypeORM itself.',
  }),
);
