export { FrontDoorClient, type FrontDoorState } from './front-door-client.ts';
export { digestOf } from './artifact.ts';
export { MOVE_AFTER_MS } from './control-plane.ts';
export type { LockHolder } from './lease-record.ts';
export { localTarget, type LocalTarget, type LocalTargetOptions } from './local-target.ts';
export { LocalSurvey } from './survey.ts';
