export { BackendConfig, ConfigError, MigrateConfig, parseConfig, WorkerConfig } from './config.ts';
