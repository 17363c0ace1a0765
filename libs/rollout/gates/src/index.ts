export { readiness, type ReadinessOptions, type Timing } from './readiness.ts';
export { smoke } from './smoke.ts';
export type { SmokeContext, SmokeTest } from './smoke/smoke-test.ts';
export { standby } from './standby.ts';
