import type { EntitySchema } from 'typeorm';
import type { DatabaseManifest } from './manifest.ts';
import { mappedBy } from './mapped.ts';
import { recordMigrations, type RecordingOptions } from './recording.ts';
import { sourceQueries, type SourceOptions } from './source-queries.ts';

export interface Described extends SourceOptions, RecordingOptions {
  readonly project: string;
  readonly release: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: Parameters<typeof recordMigrations>[0];
  /** Names of tables that no migration makes, like those of the runner: what is run on them is nobody's business here. */
  readonly elsewhere?: readonly string[];
}

/** Reads the manifest out of the code of a release. */
export async function describeDatabase({ project, release, elsewhere = [], ...options }: Described): Promise<DatabaseManifest> {
  const { queries, repositories, unread } = sourceQueries(options);
  const judged = queries.filter((query) => !elsewhere.some((table) => new RegExp(`\\b${table}\\b`).test(query)));
  const mapped = await mappedBy(options.entities, repositories);
  const migrations = await recordMigrations(options.migrations, options);
  return {
    ...{ format: 1, project, release, columns: mapped.columns, queries: [...mapped.queries, ...judged] },
    ...{ unread: [...unread], migrations: [...migrations] },
  };
}
