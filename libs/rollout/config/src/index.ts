export { defineConfig, type RolloutConfig } from './configuration.ts';
export { ConfigurationError, type Fault } from './fault.ts';
export { type Loaded, loadConfiguration } from './load.ts';
export { type Configuration, configurationFor, type HealthTiming, type ServiceConfiguration } from './target-configuration.ts';
export { type TargetName, TARGETS } from './targets.ts';
