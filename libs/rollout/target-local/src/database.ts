import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProcess, startPostgres } from '@devplatform/embedded';
import { Client } from 'pg';

/** `none`: the first deployment creates it, empty. */
export type Database = { readonly state: 'running'; readonly url: string } | { readonly state: 'down' | 'none' };

/** Starts nothing. */
export async function findDatabase(home: string, env: NodeJS.ProcessEnv): Promise<Database> {
  if (env.DATABASE_URL !== undefined) return { state: 'running', url: env.DATABASE_URL };
  // One that runs is only found again by this.
  if (findProcess(home, 'postgres') !== null) return { state: 'running', url: await startPostgres(home) };
  return { state: existsSync(join(home, 'postgres/PG_VERSION')) ? 'down' : 'none' };
}

/** Names in the order in which they were applied; none where no migration has run yet. */
export async function appliedMigrations(url: string): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ exists: boolean }>(`SELECT to_regclass('public.migrations') IS NOT NULL AS exists`);
    if (rows[0]?.exists !== true) return [];
    const applied = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    return applied.rows.map(({ name }) => name);
  });
}

/** Milliseconds in which a connection must be there. */
const CONNECT_MS = 5000;

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS, application_name: 'devplatform-preflight' });
  // A query that is under way rejects; without a listener the same error would end the process as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
