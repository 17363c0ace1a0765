import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { ScratchPostgres } from '../spec-support/scratch-postgres.ts';
import { check } from '../check.ts';
import { loadParser } from '../sql/statement.ts';
import { type OwnCase, REFUSED, RUNNING, SHOP, SHOP_COLUMNS, SHOP_QUERIES } from './spec-support/own-cases.ts';

let scratch: ScratchPostgres;
let client: Client;

beforeAll(async () => {
  await loadParser();
  scratch = await ScratchPostgres.start();
  client = scratch.client;
}, 120_000);

afterAll(() => scratch[Symbol.asyncDispose](), 60_000);

/** The error of the migration on rows that the previous release has written twice; null: it runs. */
async function measured({ sql, plus = '', standing = '', queries = SHOP_QUERIES }: OwnCase): Promise<string | null> {
  await client.query('BEGIN');
  try {
    await client.query(SHOP + plus + standing);
    for (const query of [...queries, ...queries]) await client.query(query);
    return await client.query(sql).then(
      () => null,
      (error: unknown) => (error as Error).message,
    );
  } finally {
    await client.query('ROLLBACK');
  }
}

/** What the checker says that keeps the migration from running. */
function said({ sql, plus = '', queries = SHOP_QUERIES, columns = {} }: OwnCase): string | null {
  const previous = { columns: { ...SHOP_COLUMNS, ...columns }, queries: [...queries] };
  const { findings } = check({ sql, schema: SHOP + plus, previous, transaction: 'wrapped' });
  return findings.find(({ rule }) => rule === 'cannot-run')?.message ?? null;
}

describe('a migration on the rows of the previous release', () => {
  for (const one of REFUSED) {
    it(`MIG-28: cannot run where it ${one.title}`, async () => {
      const error = await measured(one);
      expect(error).not.toBeNull();
      expect(said(one)).toContain(`The migration cannot run: ${error ?? ''}`);
    });
  }

  for (const one of RUNNING) {
    it(`MIG-28: runs where it ${one.title}`, async () => {
      expect(await measured(one)).toBeNull();
      expect(said(one)).toBeNull();
    });
  }

  it('MIG-28: changes what a trigger of the table sets in every row that it touches', async () => {
    const plus = `ALTER TABLE users ADD ext int; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'touched'; RETURN NEW; END $$;
      CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();`;
    const previous = { columns: SHOP_COLUMNS, queries: SHOP_QUERIES };
    const said = (sql: string) =>
      check({ sql, schema: SHOP + plus, previous, transaction: 'wrapped' }).findings.map(({ message }) => message);
    const changed = 'Values of users (name) change, which the previous release still reads.';
    expect(said('UPDATE users SET ext = 1')).toContain(changed);
    expect(said('ALTER TABLE users DISABLE TRIGGER t; UPDATE users SET ext = 1')).not.toContain(changed);
    expect(await measured({ title: '', plus, sql: 'UPDATE users SET ext = 1' })).toBeNull();
  });
});
