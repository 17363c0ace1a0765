import { bareVersion, isOlder } from '@devplatform/contracts';
import { Client } from 'pg';

/** Backend and worker of a slot call themselves after it at the database. */
const OTHERS = `
  SELECT DISTINCT slot, release FROM slot_release
  JOIN pg_stat_activity ON datname = current_database() AND application_name ~ ('(^|-)(backend|worker)-' || slot || '$')`;

/** Slots that are connected with a release older than this one, as `blue (1.3.0)`: what a contract step takes away, they may still need. */
export async function olderSlots(url: string, release: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, application_name: 'devplatform-migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const known = await client.query<{ exists: boolean }>(`SELECT to_regclass('slot_release') IS NOT NULL AS exists`);
    if (known.rows[0]?.exists !== true) return [];
    const { rows } = await client.query<{ slot: string; release: string }>(OTHERS);
    return rows.filter((row) => isOlder(bareVersion(row.release), release)).map((row) => `${row.slot} (${row.release})`);
  } finally {
    await client.end();
  }
}
