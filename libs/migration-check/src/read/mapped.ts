import { DataSource, type EntityMetadata, type EntitySchema } from 'typeorm';
import type { PreviousRelease } from '../previous/previous.ts';
import { RecordingDriver } from './recording-driver.ts';
import type { RepositoryCall } from './source-queries.ts';

/** What entities stand for in SQL: the columns that they read, and the statements with which TypeORM writes them. */
export interface Mapped {
  readonly columns: PreviousRelease['columns'];
  readonly queries: readonly string[];
}

/**
 * From TypeORM's own metadata, without a connection. TypeORM names every mapped column in an INSERT (DEFAULT where it has no value), and any
 * of them may stand in an UPDATE. Throws where a call names a table or a property that no entity maps.
 */
export async function mappedBy(entities: readonly EntitySchema[], calls: readonly RepositoryCall[]): Promise<Mapped> {
  const driver = new RecordingDriver(null);
  const source = new DataSource({ type: 'postgres', driver, installExtensions: false, entities: [...entities] });
  await source.initialize();
  const metadatas = source.entityMetadatas;
  await source.destroy();
  const tables = metadatas.filter(({ tableType }) => tableType !== 'view');
  return {
    columns: Object.fromEntries(metadatas.map((metadata) => [pathOf(metadata), metadata.columns.map(({ databaseName }) => databaseName)])),
    queries: [...tables.flatMap((metadata) => [insert(metadata), update(metadata)]), ...calls.map((call) => called(call, metadatas))],
  };
}

function called({ table, method, conflict }: RepositoryCall, metadatas: readonly EntityMetadata[]): string {
  const metadata = metadatas.find(({ tableName }) => tableName === table);
  if (metadata === undefined) throw new Error(`${method} of ${table}: no entity maps that table`);
  if (method === 'delete') return `DELETE FROM ${quotedPath(metadata)} WHERE ${keyOf(metadata, 1)}`;
  const target = conflict.map((property) => {
    const column = metadata.findColumnWithPropertyName(property);
    if (column === undefined) throw new Error(`upsert of ${table}: no column of it is mapped to ${property}`);
    return column.databaseName;
  });
  const changed = metadata.columns.filter(({ databaseName }) => !target.includes(databaseName));
  const sets = changed.map(({ databaseName }) => `${quoted(databaseName)} = excluded.${quoted(databaseName)}`);
  const action = sets.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${sets.join(', ')}`;
  return `${insert(metadata)} ON CONFLICT (${target.map(quoted).join(', ')}) ${action}`;
}

function insert(metadata: EntityMetadata): string {
  const columns = metadata.columns.filter(({ isInsert }) => isInsert);
  let count = 0;
  const values = columns.map((column) => {
    if (column.isGenerated || column.isCreateDate || column.isUpdateDate || column.isVersion) return 'DEFAULT';
    count += 1;
    return `$${count}`;
  });
  return `INSERT INTO ${quotedPath(metadata)} (${columns.map(({ databaseName }) => quoted(databaseName)).join(', ')}) VALUES (${values.join(', ')})`;
}

function update(metadata: EntityMetadata): string {
  const changed = metadata.columns.filter(({ isUpdate, isPrimary, isCreateDate }) => isUpdate && !isPrimary && !isCreateDate);
  const columns = changed.length > 0 ? changed : metadata.primaryColumns;
  const sets = columns.map(({ databaseName }, i) => `${quoted(databaseName)} = $${i + 1}`);
  return `UPDATE ${quotedPath(metadata)} SET ${sets.join(', ')} WHERE ${keyOf(metadata, columns.length + 1)}`;
}

const keyOf = ({ primaryColumns }: EntityMetadata, first: number): string =>
  primaryColumns.map(({ databaseName }, i) => `${quoted(databaseName)} = $${first + i}`).join(' AND ');

const pathOf = ({ schema, tableName }: EntityMetadata): string => (schema === undefined ? tableName : `${schema}.${tableName}`);
const quotedPath = (metadata: EntityMetadata): string => pathOf(metadata).split('.').map(quoted).join('.');
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
