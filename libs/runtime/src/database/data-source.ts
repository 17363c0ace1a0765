import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize?: number;
  readonly applicationName: string;
  readonly entities?: readonly EntitySchema[];
  readonly migrations?: readonly (new () => MigrationInterface)[];
  /** Told about a connection that broke while idle; the pool opens a new one by itself. */
  readonly onPoolError?: (error: Error) => void;
}

/** PostgreSQL by TypeORM: no synchronisation, migrations only; statements end after 30 s, so a lock cannot hold a slot for ever. */
export function createDataSource(options: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 5000,
    entities: [...(options.entities ?? [])],
    migrations: [...(options.migrations ?? [])],
    migrationsTransactionMode: 'each',
    poolErrorHandler: (error: unknown) => {
      options.onPoolError?.(error instanceof Error ? error : new Error(String(error)));
    },
    extra: { statement_timeout: 30_000, keepAlive: true },
  });
}
