import { Client, type QueryResultRow } from 'pg';

/** Reads from the platform's database, past the platform; the connection lives as long as `work`. */
export async function withDatabase<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const query = <Row extends QueryResultRow>(
  databaseUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> => withDatabase(databaseUrl, async (client) => (await client.query<Row>(sql, [...values])).rows);
