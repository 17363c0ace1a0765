export type { Measured, MeasuredFinding, ReplayCase } from './measured.ts';
export { openReplay, type Replay } from './replay.ts';
export { UnparsableCase } from './statements.ts';
