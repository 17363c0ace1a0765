export { describeDatabase, type Described } from './describe-database.ts';
export { recordMigrations, type RecordingOptions } from './recording.ts';
