import type { Cost } from './work.ts';

/** Why a form of a statement takes as long as the table is large, and the safe form. One entry a form, so that messages are the same everywhere. */
const cost = (rule: Cost['rule'], by: string, rewrite: string): Cost => ({ by, rule, rewrite });

const BACKFILL =
  'ADD COLUMN without a default; then SET DEFAULT, which only new rows take; then fill old rows in small batches, outside of this transaction.';
const NEW_COLUMN =
  'Add a column of the new type, write both, fill it in small batches, read it in the next release, and drop the old one in the release after that.';

export const COSTS = {
  volatileDefault: cost('add-column', 'ADD COLUMN with a volatile default', BACKFILL),
  serial: cost('add-column', 'ADD COLUMN of a serial type', BACKFILL),
  identity: cost('add-column', 'ADD COLUMN as identity', BACKFILL),
  storedColumn: cost(
    'add-column',
    'ADD COLUMN generated and stored',
    'Make it VIRTUAL, which writes nothing, or an ordinary column that the releases write, filled in small batches.',
  ),
  domainColumn: cost(
    'add-column',
    'ADD COLUMN of a domain with constraints',
    'ADD COLUMN of the type below the domain, with the constraint as CHECK … NOT VALID, and VALIDATE CONSTRAINT in a later transaction.',
  ),
  columnNotNull: cost('add-not-null', 'ADD COLUMN … NOT NULL', 'Give it a constant default, or add it as a null column.'),
  check: cost(
    'add-constraint',
    'ADD CONSTRAINT … CHECK',
    'ADD CONSTRAINT … CHECK (…) NOT VALID, and VALIDATE CONSTRAINT in a later transaction, which blocks nobody.',
  ),
  notNull: cost(
    'add-not-null',
    'SET NOT NULL',
    'ADD CONSTRAINT … CHECK (column IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT in a later transaction; then SET NOT NULL reads nothing.',
  ),
  primaryKey: cost(
    'add-index',
    'ADD PRIMARY KEY',
    'CREATE UNIQUE INDEX CONCURRENTLY outside of a transaction, then ADD CONSTRAINT … PRIMARY KEY USING INDEX; its columns made NOT NULL before.',
  ),
  notNullForKey: cost(
    'add-not-null',
    'PRIMARY KEY USING INDEX over a column that may be null',
    'Make its columns NOT NULL first, by a CHECK (column IS NOT NULL) that was validated in an earlier transaction.',
  ),
  unique: cost(
    'add-index',
    'ADD CONSTRAINT … UNIQUE',
    'CREATE UNIQUE INDEX CONCURRENTLY outside of a transaction, then ADD CONSTRAINT … UNIQUE USING INDEX.',
  ),
  exclude: cost(
    'add-index',
    'ADD CONSTRAINT … EXCLUDE',
    'It cannot be built beside writers: move the rows to a new table that has the constraint.',
  ),
  foreignKey: cost(
    'add-constraint',
    'ADD CONSTRAINT … FOREIGN KEY',
    'ADD CONSTRAINT … FOREIGN KEY … NOT VALID, and VALIDATE CONSTRAINT in a later transaction, which blocks nobody.',
  ),
  validate: cost(
    'add-constraint',
    'VALIDATE CONSTRAINT',
    'Run VALIDATE CONSTRAINT in a transaction of its own, in which nothing else locks the table.',
  ),
  enforced: cost(
    'add-constraint',
    'ALTER CONSTRAINT … ENFORCED',
    'Add a second constraint as NOT VALID and validate it in a later transaction.',
  ),
  index: cost('add-index', 'CREATE INDEX', 'CREATE INDEX CONCURRENTLY, in a migration with `transaction = false`.'),
  indexConcurrently: cost('add-index', 'CREATE INDEX CONCURRENTLY', 'Run it in a migration of its own, with `transaction = false`.'),
  reindex: cost('add-index', 'REINDEX', 'REINDEX (CONCURRENTLY), in a migration with `transaction = false`.'),
  typeRewrite: cost('change-column-type', 'ALTER COLUMN … TYPE', NEW_COLUMN),
  typeIndex: cost('change-column-type', 'The index that ALTER COLUMN … TYPE builds anew', NEW_COLUMN),
  typeCheck: cost(
    'change-column-type',
    'The CHECK that ALTER COLUMN … TYPE tests anew',
    'DROP CONSTRAINT first, change the type, ADD CONSTRAINT … NOT VALID, and VALIDATE CONSTRAINT in a later transaction.',
  ),
  typeReference: cost('change-column-type', 'The foreign key that ALTER COLUMN … TYPE tests anew', NEW_COLUMN),
  setExpression: cost('change-column-type', 'ALTER COLUMN … SET EXPRESSION', NEW_COLUMN),
  storage: cost('lock-and-scan', 'SET LOGGED, UNLOGGED, TABLESPACE or ACCESS METHOD', 'Do it in a window in which nobody uses the table.'),
  cluster: cost('lock-and-scan', 'CLUSTER', 'Leave it out, or use pg_repack, which does not block.'),
  vacuumFull: cost('lock-and-scan', 'VACUUM FULL', 'VACUUM without FULL, or pg_repack, which does not block.'),
  vacuum: cost('lock-and-scan', 'VACUUM', 'Run VACUUM by itself, outside of the migration.'),
  refresh: cost(
    'change-view',
    'REFRESH MATERIALIZED VIEW',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on the view, outside of the migration.',
  ),
  attach: cost(
    'lock-and-scan',
    'ATTACH PARTITION',
    'ADD CONSTRAINT … CHECK with the bound of the partition as NOT VALID and VALIDATE it before, in transactions of their own; then ATTACH reads nothing.',
  ),
  attachIndex: cost(
    'add-index',
    'ATTACH PARTITION',
    'CREATE INDEX CONCURRENTLY on the partition before, so that ATTACH finds each index of the table.',
  ),
  defaultPartition: cost(
    'lock-and-scan',
    'A new partition beside a DEFAULT partition',
    'ADD CONSTRAINT … CHECK to the default partition that excludes the new bound, as NOT VALID, and VALIDATE it before.',
  ),
  domain: cost(
    'change-type',
    'ALTER DOMAIN',
    'Leave the domain as it is: its VALIDATE blocks writers too. ADD CONSTRAINT … CHECK … NOT VALID to each table instead, and VALIDATE it later.',
  ),
  rows: cost(
    'change-data',
    'Reading or writing the whole table',
    'Do it in a transaction of its own, in small batches by key, in which nothing else locks the table.',
  ),
} as const satisfies Record<string, Cost>;
