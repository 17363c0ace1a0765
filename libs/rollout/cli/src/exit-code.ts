import { RolloutError, type RolloutErrorCode } from '@devplatform/rollout-engine';
import { CommanderError } from 'commander';

export const EXIT = { done: 0, failed: 1, usage: 2, locked: 3, interrupted: 130 } as const;

const CODES: Partial<Record<RolloutErrorCode, number>> = {
  locked: EXIT.locked,
  interrupted: EXIT.interrupted,
  'unknown-release': EXIT.usage,
  'unknown-slot': EXIT.usage,
  'unknown-run': EXIT.usage,
  'slot-active': EXIT.usage,
  configuration: EXIT.usage,
};

/** What the process says to the shell, as documented in --help. */
export function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return error instanceof RolloutError ? (CODES[error.code] ?? EXIT.failed) : EXIT.failed;
}
