import { isOlder } from '@devplatform/contracts';
import pg from 'pg';

/** The database has gone past what this release needs of it: starting it could only break something. */
export class FencedError extends Error {
  constructor(release: string, { minimum, migration }: Fence) {
    super(
      `Release ${release} cannot run on this database any more: ${migration} took away what it needs, and from then on ${minimum} is the oldest ` +
        `release that can. Nothing was started; deploy ${minimum} or newer, or bring back a copy of the data from before.`,
    );
    this.name = 'FencedError';
  }
}

export interface Fence {
  /** The oldest release that may run, `1.4.0`. */
  readonly minimum: string;
  /** The contract step that put it there. */
  readonly migration: string;
}

/**
 * Throws FencedError where `release` is older than the database allows. On a connection of its own, so that nothing of the release has used the
 * database before; throws what the driver says where it cannot be reached.
 */
export async function assertNotFenced(url: string, release: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    statement_timeout: 5000,
    application_name: 'devplatform-fence',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ exists: boolean }>(`SELECT to_regclass('release_fence') IS NOT NULL AS exists`);
    if (rows[0]?.exists !== true) return;
    const fences = await client.query<Fence>('SELECT minimum, migration FROM release_fence');
    for (const fence of fences.rows) if (isOlder(release, fence.minimum)) throw new FencedError(release, fence);
  } finally {
    await client.end().catch(() => undefined);
  }
}
