import { until } from '@devplatform/embedded';
import { withDatabase } from '@devplatform/harness';

const LOCK = 20_251_125;

/**
 * Holds whoever sets an upload to `status` inside its transaction, in the database itself: `begin` starts what will, `meanwhile` is done
 * once somebody is held, then it lets go. So a process can be killed at exactly that point.
 */
export const whileHeldAt = (databaseUrl: string, status: string, begin: () => void, meanwhile: () => Promise<void>): Promise<void> =>
  withDatabase(databaseUrl, async (sql) => {
    await sql.query(`SELECT pg_advisory_lock(${LOCK})`);
    await sql.query(`CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock(${LOCK}); RETURN NEW; END $$`);
    await sql.query(`CREATE TRIGGER hold BEFORE UPDATE ON upload FOR EACH ROW WHEN (NEW.status = '${status}') EXECUTE FUNCTION hold()`);
    try {
      begin();
      await until(
        async () =>
          (await sql.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted`)).rowCount !== 0,
        { what: `somebody to set an upload to ${status}`, deadlineMs: 30_000 },
      );
      await meanwhile();
    } finally {
      await sql.query(`SELECT pg_advisory_unlock(${LOCK})`);
      await sql.query('DROP TRIGGER hold ON upload');
    }
  });
