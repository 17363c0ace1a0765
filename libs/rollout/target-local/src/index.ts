export { FrontDoorClient, type FrontDoorState } from './front-door-client.ts';
export { localTarget, type LocalTarget, type LocalTargetOptions } from './local-target.ts';
