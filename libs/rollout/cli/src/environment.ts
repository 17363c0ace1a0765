import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { type Ports, type RolloutEvent, systemClock } from '@devplatform/rollout-engine';
import { readiness, smoke, standby } from '@devplatform/rollout-gates';
import { type LocalTarget, localTarget } from '@devplatform/target-local';
import { fileJournal } from './file-journal.ts';
import { fileLog } from './log/file-log.ts';

const root = join(import.meta.dirname, '../../../..');
export const DEFAULT_HOME = join(root, '.devplatform/local');
export const DEFAULT_RELEASES = join(root, 'dist/releases');

/** Which environment a command is about. */
export interface Where {
  readonly target: 'local';
  readonly home: string;
  readonly releases: string;
}

export const openTarget = ({ home, releases }: Where, log: (line: string) => void = () => undefined): LocalTarget =>
  localTarget({ home: resolve(home), releasesDir: resolve(releases), log });

/** Processes of this machine start in seconds, so the gate looks often instead of waiting for the table's initial delays. */
const LOCAL_READINESS = { timing: { startDelayMs: 0, intervalMs: 250 }, minReadyMs: 1_500 };

export interface RunOptions extends Where {
  /** Milliseconds. */
  readonly maxWaitMs: number;
  readonly onEvent: (event: RolloutEvent) => void;
  readonly signal: AbortSignal;
}

/** Everything that the engine needs, put together for this environment. */
export function portsOf(options: RunOptions): Ports {
  const { home, maxWaitMs, onEvent, signal } = options;
  const note = (text: string): void => {
    onEvent({ type: 'note', text });
  };
  return {
    target: openTarget(options, note),
    gates: { readiness: readiness({ ...LOCAL_READINESS, maxWaitMs }), smoke: smoke(), standby: standby() },
    journal: fileJournal(resolve(home)),
    log: fileLog(resolve(home)),
    clock: systemClock,
    onEvent,
    signal,
  };
}

export const deployer = (): string => `${userInfo().username}@${hostname()}`;
