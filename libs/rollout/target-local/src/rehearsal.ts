import { RolloutError, type Release } from '@devplatform/rollout-engine';
import type { Client } from 'pg';
import { appliedMigrations, withClient } from './database.ts';
import { runMigrations } from './migration.ts';
import type { Releases } from './releases.ts';

/** One at a time, under the lock of the deployment. */
const SCRATCH = 'devplatform_rehearsal';
const BATCH = 1000;

export type Rehearsal =
  | { readonly outcome: 'applied'; readonly migrations: readonly string[]; readonly rows: number; readonly ms: number }
  | { readonly outcome: 'failed'; readonly reason: string }
  | { readonly outcome: 'impossible'; readonly reason: string };

/**
 * Runs what is pending of a release on a copy of the data, in a scratch database that is gone afterwards. The copy is made row by row in one
 * snapshot: `CREATE DATABASE … TEMPLATE` keeps everybody from connecting for as long as it waits for those who are connected.
 * Values of sequences are not copied.
 */
export async function rehearse(release: Release, releases: Releases, url: string, maxBytes: number): Promise<Rehearsal> {
  const scratch = new URL(url);
  scratch.pathname = `/${SCRATCH}`;
  try {
    const bytes = await sizeOf(url);
    if (bytes > maxBytes)
      return { outcome: 'impossible', reason: `${megabytes(bytes)} of data are more than the ${megabytes(maxBytes)} that may be copied` };
    const applied = await appliedMigrations(url);
    const base = applied.length === 0 ? null : releases.withMigrations(applied);
    if (base === undefined)
      return {
        outcome: 'impossible',
        reason: 'no built release has exactly the migrations that are applied, so the schema cannot be built again',
      };
    await withClient(url, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${SCRATCH} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${SCRATCH} TEMPLATE template0`);
    });
    if (base !== null) await runMigrations(base, releases.folder(base), scratch.href);
    const rows = base === null ? 0 : await copyRows(url, scratch.href);
    return await run(release, releases.folder(release), scratch.href, rows);
  } catch (error) {
    return { outcome: 'impossible', reason: `there is no copy of the data: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    await withClient(url, (client) => client.query(`DROP DATABASE IF EXISTS ${SCRATCH} WITH (FORCE)`)).catch(() => undefined);
  }
}

async function run(release: Release, folder: string, scratch: string, rows: number): Promise<Rehearsal> {
  try {
    // Those that the deployment leaves run one day as well.
    const { applied, ms } = await runMigrations(release, folder, scratch, { contract: true });
    return { outcome: 'applied', migrations: applied, rows, ms };
  } catch (error) {
    if (error instanceof RolloutError && error.code === 'migration-failed') return { outcome: 'failed', reason: error.message };
    throw error;
  }
}

const sizeOf = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
    return Number(rows[0]?.bytes);
  });

/** Returns how many. */
async function copyRows(from: string, to: string): Promise<number> {
  return withClient(from, (source) =>
    withClient(to, async (copy) => {
      await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Rows come table by table, so references point to what is not there yet.
      await copy.query('SET session_replication_role = replica');
      let rows = 0;
      for (const { table, columns } of await tablesOf(source)) rows += await copyTable(table, columns, source, copy);
      return rows;
    }),
  );
}

interface Columns {
  readonly table: string;
  /** Quoted, those left out that compute themselves. */
  readonly columns: string;
}

async function tablesOf(client: Client): Promise<readonly Columns[]> {
  const { rows } = await client.query<Columns>(`
    SELECT format('%I', c.relname) AS table, string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL (ARRAY['migrations', 'migration_progress', 'release_fence'])
    GROUP BY c.oid, c.relname ORDER BY c.relname`);
  return rows;
}

async function copyTable(table: string, columns: string, source: Client, copy: Client): Promise<number> {
  await source.query(`DECLARE batch NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM ${table} t`);
  let copied = 0;
  for (;;) {
    const { rows } = await source.query<{ row: string }>(`FETCH ${BATCH} FROM batch`);
    if (rows.length === 0) break;
    const json = `[${rows.map(({ row }) => row).join(',')}]`;
    const into = `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE`;
    await copy.query(`${into} SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1::json)`, [json]);
    copied += rows.length;
  }
  await source.query('CLOSE batch');
  return copied;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
