import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, stopPart } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { loadParser, statementsOf } from '../sql/statement.ts';
import { applyStatement } from './apply-statement.ts';
import type { Id } from './catalog.ts';
import { catalogOf } from './catalog-of.ts';
import { type Effect, LOCKS } from './effect.ts';
import { MEASURED } from './spec-support/measured-cases.ts';
import { type Measurement, measure } from './spec-support/measurement.ts';

const home = mkdtempSync(join(tmpdir(), 'devplatform-measured-'));
let client: Client;

beforeAll(async () => {
  await loadParser();
  client = new Client({ connectionString: await startPostgres(home) });
  await client.connect();
}, 60_000);

afterAll(async () => {
  await client.end();
  await stopPart(home, 'postgres');
  rmSync(home, { recursive: true, force: true });
}, 60_000);

describe.each(MEASURED)('applyStatement on schema %#', ({ schema, statements }) => {
  it.each(statements)(
    'MIG-3: locks, rewrites, builds, reads or refuses as PostgreSQL does: %s',
    async (statement) => {
      const parts = statement.split(' ;; ');
      const measured = await measure(client, schema, parts);
      const stated = stateOf(schema, parts);
      // Behind PostgreSQL's own words ours may say more.
      const [ours, theirs] =
        measured.error === null ? [stated, simplified(measured)] : [stated.error?.slice(0, measured.error.length), measured.error];
      expect(ours).toEqual(theirs);
    },
    20_000,
  );
});

/** A rewrite builds all indexes and reads all rows, and the building of an index reads them: only the most is compared. */
function simplified({ locks, rewritten, indexed, scanned, error }: Measurement): Measurement {
  const built = indexed.filter((name) => !rewritten.includes(name));
  const read = scanned.filter((name) => !rewritten.includes(name) && !built.includes(name));
  return { locks, rewritten, indexed: built, scanned: read, error };
}

/** The same from `applyStatement`: locks of all statements, the rest of the last one. */
function stateOf(schema: string, parts: readonly string[]): Measurement {
  const catalog = catalogOf(statementsOf(schema));
  expect(catalog.unread).toEqual([]);
  const names = new Map<Id, string>();
  const strongest = new Map<string, number>();
  let last: readonly Effect[] = [];
  for (const part of parts) {
    for (const { id, name } of catalog.relations.values()) names.set(id, name);
    last = statementsOf(part).flatMap((statement) => applyStatement(catalog, statement, 'wrapped'));
    for (const effect of last) {
      const name = effect.what === 'lock' ? names.get(effect.table) : undefined;
      if (effect.what === 'lock' && name !== undefined) strongest.set(name, Math.max(strongest.get(name) ?? 0, LOCKS.indexOf(effect.lock)));
    }
  }
  const tables = (what: Effect['what']): string[] => {
    const ids = last.flatMap((effect) => (effect.what === what && 'table' in effect ? [effect.table] : []));
    return [...new Set(ids.flatMap((id) => names.get(id) ?? []))].sort();
  };
  const error = last.flatMap((effect) => (effect.what === 'failure' || effect.what === 'unreadable' ? [effect.message] : []))[0] ?? null;
  const locks = Object.fromEntries([...strongest].map(([name, strength]) => [name, LOCKS[strength] ?? '']));
  return simplified({ locks, rewritten: tables('rewrite'), indexed: tables('index'), scanned: tables('scan'), error });
}
