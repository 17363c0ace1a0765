export { createDataSource, type DatabaseOptions } from './data-source.ts';
export { assertNotFenced, FencedError } from './fence.ts';
export type { Blocker } from './lock-wait.ts';
export { migrate, type MigrateOptions, type MigrationListener } from './migrate.ts';
