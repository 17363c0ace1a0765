import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';

/** What PostgreSQL says of a statement that is not run: `ok` or a SQLSTATE, and the types of its result. */
export interface Answer {
  readonly code: string;
  readonly types: readonly string[];
}

export const SCHEMA = readFileSync(join(__dirname, 'schema.sql'), 'utf8');
export const QUERIES: readonly string[] = readFileSync(join(__dirname, 'queries.sql'), 'utf8').trim().split('\n');

/** Parse analysis and rewriting by PREPARE, planning by EXPLAIN. */
export async function answerOf(client: Client, query: string): Promise<Answer> {
  try {
    await client.query(`PREPARE asked AS ${query}`);
    const { rows } = await client.query<{ types: string[] | null }>(
      `SELECT ARRAY(SELECT CASE WHEN t.typelem <> 0 AND t.typcategory = 'A' THEN '_' ELSE '' END || coalesce(e.typname, t.typname)
         FROM unnest(result_types::oid[]) WITH ORDINALITY r (oid, n) JOIN pg_type t USING (oid)
         LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' ORDER BY n)::text[] AS types
       FROM pg_prepared_statements WHERE name = 'asked'`,
    );
    await client.query('DEALLOCATE asked');
    await client.query(`EXPLAIN (GENERIC_PLAN) ${query}`);
    return { code: 'ok', types: rows[0]?.types ?? [] };
  } catch (error) {
    if (error instanceof DatabaseError) return { code: error.code ?? '?', types: [] };
    throw error;
  }
}

/** A database of its own with the schema. */
export async function databaseWith(url: string, name: string, sql: string): Promise<Client> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  const client = new Client({ connectionString: own.href });
  await client.connect();
  await client.query(sql);
  return client;
}
