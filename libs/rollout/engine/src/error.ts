export type RolloutErrorCode =
  | 'locked'
  | 'lease-lost'
  | 'unknown-release'
  | 'unknown-slot'
  | 'unknown-run'
  | 'slot-active'
  | 'nothing-deployed'
  | 'no-way-back'
  | 'environment-broken'
  | 'migration-failed'
  | 'deploy-failed'
  | 'gate-failed'
  | 'switch-failed'
  | 'monitor-failed'
  | 'drain-failed'
  | 'unaccounted'
  | 'unfinished'
  | 'nothing-unfinished'
  | 'journal-damaged'
  | 'log-damaged'
  | 'lock-damaged'
  | 'interrupted'
  | 'aborted'
  | 'configuration';

/** Says what happened, what was left untouched and what to do next; `code` is what programs look at. */
export class RolloutError extends Error {
  readonly code: RolloutErrorCode;
  readonly untouched: string;
  readonly next: string;

  constructor(
    code: RolloutErrorCode,
    message: string,
    hints: { readonly untouched: string; readonly next: string; readonly cause?: unknown },
  ) {
    super(message, { cause: hints.cause });
    this.name = 'RolloutError';
    this.code = code;
    this.untouched = hints.untouched;
    this.next = hints.next;
  }
}
