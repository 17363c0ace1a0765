import type { Client } from 'pg';

/** What PostgreSQL did for one statement, by the names of tables. */
export interface Measurement {
  /** The strongest lock on each table that was there before, as in `Lock`. */
  readonly locks: Readonly<Record<string, string>>;
  readonly rewritten: readonly string[];
  /** Tables of which an index was built that was not there before, or built anew. */
  readonly indexed: readonly string[];
  /** Tables that were read from their first row to their last. */
  readonly scanned: readonly string[];
  readonly error: string | null;
}

const MODES: Readonly<Record<string, string>> = {
  AccessShareLock: 'access share',
  RowShareLock: 'row share',
  RowExclusiveLock: 'row exclusive',
  ShareUpdateExclusiveLock: 'share update exclusive',
  ShareLock: 'share',
  ShareRowExclusiveLock: 'share row exclusive',
  ExclusiveLock: 'exclusive',
  AccessExclusiveLock: 'access exclusive',
};
const STRENGTH = Object.keys(MODES);

const FILES = `
  SELECT c.oid::int AS id, c.relname AS name, coalesce(i.indrelid, c.oid)::int AS table, (i.indrelid IS NOT NULL) AS index,
    pg_relation_filenode(c.oid)::int AS file, coalesce(pg_stat_get_xact_numscans(c.oid), 0)::int AS scans
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_index i ON indexrelid = c.oid
  WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I')`;

interface File {
  readonly id: number;
  readonly name: string;
  readonly table: number;
  readonly index: boolean;
  readonly file: number | null;
  readonly scans: number;
}

/** Applies `schema` and then `statements` in one transaction that is rolled back, and measures the last of them. */
export async function measure(client: Client, schema: string, statements: readonly string[]): Promise<Measurement> {
  await client.query('BEGIN');
  await client.query(schema);
  await client.query('COMMIT');
  await client.query('BEGIN');
  try {
    for (const earlier of statements.slice(0, -1)) await client.query(earlier);
    const before = (await client.query<File>(FILES)).rows;
    await client.query(statements.at(-1) ?? '');
    const after = (await client.query<File>(FILES)).rows;
    const held = await client.query<{ id: number; mode: string }>(
      `SELECT relation::int AS id, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted`,
    );
    return compared(before, after, held.rows);
  } catch (error) {
    return { locks: {}, rewritten: [], indexed: [], scanned: [], error: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.query('ROLLBACK');
    await client.query(`DO $$ DECLARE s text; BEGIN
      FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP;
    END $$; CREATE SCHEMA public`);
  }
}

function compared(
  before: readonly File[],
  after: readonly File[],
  held: readonly { readonly id: number; readonly mode: string }[],
): Measurement {
  const names = new Map(before.filter(({ index }) => !index).map(({ id, name }) => [id, name]));
  const was = new Map(before.map((file) => [file.id, file]));
  // An index that ALTER COLUMN TYPE makes anew may keep its file: then nothing was built.
  const files = new Set(before.map(({ file }) => file));
  const changed = after.filter(({ file }) => file !== null && !files.has(file));
  const nameOf = ({ table }: File): string[] => {
    const name = names.get(table);
    return name === undefined ? [] : [name];
  };
  const locks: Record<string, string> = {};
  for (const mode of STRENGTH)
    for (const lock of held) {
      const name = names.get(lock.id);
      if (lock.mode === mode && name !== undefined) locks[name] = MODES[mode] ?? mode;
    }
  return {
    locks,
    rewritten: sorted(changed.filter(({ index }) => !index).flatMap(nameOf)),
    indexed: sorted(changed.filter(({ index }) => index).flatMap(nameOf)),
    scanned: sorted(after.filter((file) => !file.index && file.scans > (was.get(file.id)?.scans ?? 0)).flatMap(nameOf)),
    error: null,
  };
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
