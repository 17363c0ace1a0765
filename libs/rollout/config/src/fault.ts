import { RolloutError } from '@devplatform/rollout-engine';

/** One thing that is wrong with a configuration. */
export interface Fault {
  /** Of the option: `['targets', 'local', 'bake', 'for']`; empty: the file as a whole. */
  readonly path: readonly string[];
  readonly message: string;
  /** From 1 on; null: not known. */
  readonly line: number | null;
}

/** Lists every fault of the file at once, with its line, so that a correction does not uncover the next one. */
export class ConfigurationError extends RolloutError {
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[], cause?: unknown) {
    const ordered = faults.toSorted((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity));
    const lines = ordered.map((fault) => `  ${inWords(file, fault)}`);
    super('configuration', [`${file} has ${ordered.length === 1 ? 'a fault' : `${ordered.length} faults`}:`, ...lines].join('\n'), {
      untouched: 'Nothing was looked at or changed.',
      next: `Correct ${file}; docs/configuration.md says what each option takes.`,
      cause,
    });
    this.name = 'ConfigurationError';
    this.faults = ordered;
  }
}

/** `bluegreen.config.ts:12  monitor.soft.p95  6s is above the hard limit of 5s` */
const inWords = (file: string, { path, message, line }: Fault): string =>
  [line === null ? file : `${file}:${line}`, ...(path.length === 0 ? [] : [path.join('.')]), message].join('  ');
