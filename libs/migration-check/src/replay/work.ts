import { type Connection, Refusal } from './connection.ts';

/** https://www.postgresql.org/docs/current/explicit-locking.html: these block at least the writers of a table. */
const BLOCKING = ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'];

/** A table that was there before the migration. */
export interface Existing {
  readonly oid: string;
  readonly name: string;
}

interface Counted {
  readonly file: string | null;
  readonly bytes: number;
  readonly scans: number;
  readonly read: number;
  readonly fetched: number;
  readonly indexes: Readonly<Record<string, string>>;
}

/** A moment of one transaction. */
export interface Moment {
  readonly held: ReadonlyMap<string, readonly string[]>;
  readonly counted: ReadonlyMap<string, Counted>;
}

const LOOK = `
  SELECT t.oid, pg_catalog.pg_relation_filenode(t.oid), pg_catalog.pg_relation_size(t.oid), pg_catalog.pg_stat_get_xact_numscans(t.oid),
    pg_catalog.pg_stat_get_xact_tuples_returned(t.oid), pg_catalog.pg_stat_get_xact_tuples_fetched(t.oid)
      + coalesce((SELECT pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_returned(i.indexrelid)) FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid), 0),
    (SELECT pg_catalog.json_object_agg(i.indexrelid, pg_catalog.pg_relation_filenode(i.indexrelid)) FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' WHERE i.indrelid = t.oid),
    (SELECT pg_catalog.string_agg(DISTINCT l.mode, ',') FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'relation' AND l.granted AND l.pid = pg_catalog.pg_backend_pid() AND l.relation = t.oid)
  FROM pg_catalog.unnest($1::pg_catalog.oid[]) t(oid)`;

/** Reads the server's own counters of the transaction that is open on the connection. null: the connection or its transaction is no more. */
export async function look(connection: Connection, existing: readonly Existing[]): Promise<Moment | null> {
  const answer = await connection.try(LOOK, [`{${existing.map(({ oid }) => oid).join(',')}}`]);
  if (answer instanceof Refusal) return null;
  const held = new Map<string, readonly string[]>();
  const counted = new Map<string, Counted>();
  for (const [oid, file, bytes, scans, read, fetched, indexes, modes] of answer.rows) {
    held.set(oid ?? '', modes?.split(',') ?? []);
    counted.set(oid ?? '', {
      ...{
        file: file ?? null,
        bytes: Number(bytes ?? 0),
        scans: Number(scans ?? 0),
        read: Number(read ?? 0),
        fetched: Number(fetched ?? 0),
      },
      indexes: JSON.parse(indexes ?? '{}') as Record<string, string>,
    });
  }
  return { held, counted };
}

/** Work on a whole table between two moments. */
export interface Work {
  readonly table: Existing;
  readonly what: 'scan' | 'rewrite' | 'index';
  /** Locks of the later moment that block others. */
  readonly under: readonly string[];
}

/** `rows`: how many each table had, at the most. */
export function workBetween(
  before: Moment,
  after: Moment,
  existing: readonly Existing[],
  rows: ReadonlyMap<string, number>,
): readonly Work[] {
  return existing.flatMap((table) => {
    const [was, is] = [before.counted.get(table.oid), after.counted.get(table.oid)];
    const what = was === undefined || is === undefined ? null : workOf(was, is, rows.get(table.oid) ?? 0);
    if (what === null) return [];
    return [{ table, what, under: (after.held.get(table.oid) ?? []).filter((mode) => BLOCKING.includes(mode)) }];
  });
}

function workOf(was: Counted, is: Counted, rows: number): Work['what'] | null {
  const isOther = was.file !== is.file && is.file !== null && was.file !== null;
  // TRUNCATE gives a table and its indexes new, empty files; nothing is read for that.
  const isEmptied = isOther && is.bytes === 0 && was.bytes > 0;
  if (isEmptied) return null;
  if (isOther && (was.bytes > 0 || is.scans > was.scans)) return 'rewrite';
  const read = is.read - was.read;
  const scanned = is.scans > was.scans && (rows === 0 || read > 0);
  if (scanned && Object.entries(is.indexes).some(([oid, file]) => was.indexes[oid] !== file)) return 'index';
  // Through an index, yet most of the table.
  const fetched = rows > 20 && is.fetched - was.fetched > rows / 2;
  return scanned || fetched ? 'scan' : null;
}

/** Whether files of a table or its indexes are other ones, for statements that no transaction may hold. */
export function filesDiffer(before: Moment, after: Moment, { oid }: Existing): boolean {
  const [was, is] = [before.counted.get(oid), after.counted.get(oid)];
  if (was === undefined || is === undefined) return false;
  return (was.file !== is.file && is.file !== null) || Object.entries(is.indexes).some(([index, file]) => was.indexes[index] !== file);
}
