import { pair, release, single, topic } from '../case.ts';

const schema = `
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');`;
const withDefault = `${schema}\nCREATE TABLE events_other PARTITION OF events DEFAULT;`;
const candidate = `${schema}\nCREATE TABLE events_2025 (id bigint NOT NULL, at date NOT NULL, kind text NOT NULL);`;

const previous = release(
  { events: 'id at kind' },
  `INSERT INTO events (id, at, kind) VALUES (1, '2024-05-01', 'click')`,
  `SELECT count(*) FROM events WHERE kind = 'click'`,
);
/** A job that fills the table of the coming year before it is attached. */
const loads = release(
  { events: 'id at kind' },
  ...previous.queries,
  `INSERT INTO events_2025 (id, at, kind) VALUES (2, '2025-02-01', 'click')`,
);
const elsewhere = release({}, `SELECT 1`);

export const partitions = topic(
  'partitions',
  pair(
    'new-partition',
    { previous, sql: `CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');` },
    {
      'without-a-default-partition': { schema, measured: 'safe', why: 'Nothing to look at.' },
      'with-a-default-partition': {
        schema: withDefault,
        measured: 'lock',
        why: 'The default partition is scanned for rows that belong into the new one.',
      },
      'overlapping-one-that-is-there': {
        schema: `${schema}\nCREATE TABLE events_late PARTITION OF events FOR VALUES FROM ('2025-06-01') TO ('2027-01-01');`,
        measured: 'compat',
        why: 'It would overlap: it cannot run.',
      },
    },
  ),
  pair(
    'attach',
    { previous: loads, sql: `ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');` },
    {
      'with-a-check-that-proves-it': {
        schema: `${candidate}\nALTER TABLE events_2025 ADD CONSTRAINT of_2025 CHECK (at >= '2025-01-01' AND at < '2026-01-01');`,
        measured: 'safe',
        why: 'The validated check proves every row.',
      },
      'without-one': { schema: candidate, measured: 'lock', why: 'The table is scanned under ACCESS EXCLUSIVE.' },
      'with-one-that-is-not-validated': {
        schema: `${candidate}\nALTER TABLE events_2025 ADD CONSTRAINT of_2025 CHECK (at >= '2025-01-01' AND at < '2026-01-01') NOT VALID;`,
        measured: 'lock',
        why: 'It proves nothing.',
      },
    },
  ),
  single('attach-a-table-of-the-same-migration', {
    schema,
    previous,
    sql: `CREATE TABLE events_2026 (LIKE events INCLUDING ALL);\nALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
    measured: 'safe',
    why: 'It is empty and new.',
  }),
  pair(
    'detach',
    { schema, sql: `ALTER TABLE events DETACH PARTITION events_2024;` },
    {
      'old-release-reads-the-parent': {
        previous,
        measured: 'compat',
        why: 'Its rows are gone from the parent, and new ones find no partition.',
      },
      'old-release-is-elsewhere': { previous: elsewhere, measured: 'safe', why: 'Nobody reads events.' },
      'old-release-reads-the-partition': {
        previous: release({ events_2024: 'id kind' }, `SELECT kind FROM events_2024`),
        measured: 'safe',
        why: 'The table keeps its name and its rows.',
      },
    },
  ),
  pair(
    'detach-concurrently',
    { schema, previous: elsewhere, sql: `ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;` },
    {
      none: { transaction: 'none', measured: 'safe', why: 'It blocks nobody.' },
      wrapped: { transaction: 'wrapped', measured: 'lock', why: 'CONCURRENTLY cannot run inside a transaction.' },
    },
  ),
  pair(
    'drop-a-partition',
    { schema, sql: `DROP TABLE events_2024;` },
    {
      'old-release-reads-the-parent': { previous, measured: 'compat', why: 'Its rows are lost.' },
      'old-release-is-elsewhere': { previous: elsewhere, measured: 'safe', why: 'Nobody reads events.' },
    },
  ),
  single('index-on-the-parent', {
    schema,
    previous,
    sql: `CREATE INDEX ON events (kind);`,
    measured: 'lock',
    why: 'Built on every partition under SHARE.',
  }),
  single('index-concurrently-on-the-parent', {
    schema,
    previous,
    transaction: 'none',
    sql: `CREATE INDEX CONCURRENTLY events_kind ON events (kind);`,
    measured: 'lock',
    why: 'PostgreSQL refuses CONCURRENTLY on a partitioned table.',
  }),
  single('index-in-steps', {
    schema,
    previous,
    transaction: 'none',
    sql: `CREATE INDEX events_kind ON ONLY events (kind);\nCREATE INDEX CONCURRENTLY events_2024_kind ON events_2024 (kind);\nALTER INDEX events_kind ATTACH PARTITION events_2024_kind;`,
    measured: 'safe',
    why: 'ON ONLY builds nothing; the partition is built beside its writers.',
  }),
  single('column', {
    schema,
    previous,
    sql: `ALTER TABLE events ADD COLUMN source text NOT NULL DEFAULT 'web';`,
    measured: 'safe',
    why: 'A constant default rewrites no partition.',
  }),
  single('column-with-a-volatile-default', {
    schema,
    previous,
    sql: `ALTER TABLE events ADD COLUMN trace uuid DEFAULT gen_random_uuid();`,
    measured: 'lock',
    why: 'Every partition is rewritten.',
  }),
  single('type-of-the-key', {
    schema,
    previous: elsewhere,
    sql: `ALTER TABLE events ALTER COLUMN at TYPE timestamptz;`,
    measured: 'compat',
    why: 'A column of the partition key keeps its type: it cannot run.',
  }),
  single('unique-without-the-key', {
    schema,
    previous: elsewhere,
    sql: `ALTER TABLE events ADD CONSTRAINT one_kind UNIQUE (kind);`,
    measured: 'compat',
    why: 'A unique constraint needs the columns of the partition key: it cannot run.',
  }),
  pair(
    'index-of-one-partition',
    { schema, previous, sql: `CREATE INDEX CONCURRENTLY ON events_2024 (kind);` },
    {
      none: { transaction: 'none', measured: 'safe', why: 'A partition is a table like others.' },
      wrapped: { transaction: 'wrapped', measured: 'lock', why: 'CONCURRENTLY cannot run inside a transaction.' },
    },
  ),
  pair(
    'check-of-one-partition',
    { schema, sql: `ALTER TABLE events_2024 ADD CONSTRAINT no_clicks CHECK (kind <> 'click') NOT VALID;` },
    {
      'old-release-inserts-through-the-parent': {
        previous,
        measured: 'compat',
        why: 'Its rows go into that partition, whose check refuses them.',
      },
      'old-release-inserts-others': {
        previous: release({ events: 'id at' }, `INSERT INTO events (id, at, kind) VALUES (1, '2024-05-01', 'view')`),
        measured: 'safe',
        why: 'view passes.',
      },
    },
  ),
);
