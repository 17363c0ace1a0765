export { createDataSource, type DatabaseOptions } from './data-source.ts';
export { migrate } from './migrate.ts';
