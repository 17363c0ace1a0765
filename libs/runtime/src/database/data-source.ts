import pg from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize?: number;
  readonly applicationName: string;
  /** Milliseconds after which a statement is ended, waiting for locks included; default 30 s, 0 for never. */
  readonly statementTimeoutMs?: number;
  readonly entities?: readonly EntitySchema[];
  readonly migrations?: readonly (new () => MigrationInterface)[];
  /** Told about a connection that broke while idle; the pool opens a new one by itself. */
  readonly onPoolError?: (error: Error) => void;
}

/** PostgreSQL by TypeORM: no synchronisation, migrations only; statements are bounded, so a lock cannot hold a slot for ever. */
export function createDataSource(options: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    // TypeORM would look for it by a computed name, which no bundler sees.
    driver: pg,
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 5000,
    // Ids come from gen_random_uuid(), which needs no extension, and two slots that start at once would race to install it.
    installExtensions: false,
    entities: [...(options.entities ?? [])],
    migrations: [...(options.migrations ?? [])],
    migrationsTransactionMode: 'each',
    poolErrorHandler: (error: unknown) => {
      options.onPoolError?.(error instanceof Error ? error : new Error(String(error)));
    },
    extra: { statement_timeout: options.statementTimeoutMs ?? 30_000, keepAlive: true },
  });
}
