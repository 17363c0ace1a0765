import { versionTag } from '@devplatform/contracts';
import { InvalidArgumentError } from 'commander';

const PLANNED_TARGETS: readonly string[] = ['compose', 'kubernetes', 'ecs'];

export function targetName(value: string): 'local' {
  if (value === 'local') return value;
  if (PLANNED_TARGETS.includes(value)) throw new InvalidArgumentError('It is planned and not built yet; the target that there is: local.');
  throw new InvalidArgumentError(`Targets are local and, planned and not built yet, ${PLANNED_TARGETS.join(', ')}.`);
}

export function releaseTag(value: string): string {
  const tag = versionTag(value);
  if (/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag)) return tag;
  throw new InvalidArgumentError('A release is named like v1.3.0.');
}

export function seconds(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 3600) return number;
  throw new InvalidArgumentError('It is a whole number of seconds from 1 to 3600.');
}

export function count(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const A_DAY_MS = 86_400_000;

/** `90s` in milliseconds. */
export function duration(value: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(value) ?? [];
  const ms = value === '0' ? 0 : Number(number) * (UNITS[unit ?? ''] ?? NaN);
  if (ms >= 0 && ms <= A_DAY_MS) return ms;
  throw new InvalidArgumentError('It is a time such as 90s, 15m or 1h, at most a day; 0 leaves the step out.');
}

/** For an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, ...value.split(',')];
