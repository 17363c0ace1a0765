export { judge } from './monitor/judge.ts';
export { DEFAULT_LIMITS, type Limits } from './monitor/limits.ts';
export { examine, preflight, type PreflightItem, type PreflightOptions } from './preflight.ts';
export type { Artifact, PreflightFacts, Rehearsal, Room } from './preflight/facts.ts';
export { phaseOf } from './preflight/migrations.ts';
export { readiness, type ReadinessOptions, type Timing } from './readiness.ts';
export { smoke } from './smoke.ts';
export type { SmokeContext, SmokeTest } from './smoke/smoke-test.ts';
export { standby } from './standby.ts';
