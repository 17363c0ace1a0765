/** The section `preflight` of the configuration, as it is after reading. */
export interface PreflightRules {
  /** What no machine can know, so that somebody has to say it: name → sentence. */
  readonly acknowledge: Readonly<Record<string, string>>;
  readonly rehearseMigrations: boolean;
  /** Bytes of data up to which they are. */
  readonly rehearseUpTo: number;
  /** Milliseconds after which the last rollback is too long ago to rely on; 0: nobody looks. */
  readonly rollbackRehearsedWithin: number;
  /** Bytes. */
  readonly freeDisk: number;
  /** Bytes that must be free, whatever the running slot needs. */
  readonly freeMemory: number;
  readonly contractMigrations: 'refuse' | 'allow';
}

/** Of target `local`: the copy of the data, and what a person must say, are for others. */
export const LOCAL_RULES: PreflightRules = {
  acknowledge: {},
  rehearseMigrations: false,
  rehearseUpTo: 256e6,
  rollbackRehearsedWithin: 30 * 86_400_000,
  freeDisk: 1e9,
  freeMemory: 512e6,
  contractMigrations: 'refuse',
};

/** What was said, and by whom. */
export interface Acknowledged {
  /** Names. */
  readonly given: readonly string[];
  /** user@host */
  readonly by: string;
}

/** What a check refuses unless somebody answers for it. */
export const EXCEPTIONS: readonly string[] = ['contract', 'drift', 'migrations'];

/** How an acknowledgement is given, for the operator. */
export const acknowledge = (name: string): string => `\`--acknowledge ${name}\``;
