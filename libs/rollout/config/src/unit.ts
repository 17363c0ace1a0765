import { z } from 'zod';

/*
 * The units of the configuration file: what a person writes, parsed to milliseconds, bytes and fractions. A text always has its
 * unit, because `'15'` has been read as minutes by somebody.
 */

export type DurationInput = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;
export type ShareInput = number | `${number}%`;
export type SizeInput = number | `${number}${'B' | 'kB' | 'MB' | 'GB' | 'TB' | 'KiB' | 'MiB' | 'GiB' | 'TiB'}`;

/** What the reference page calls a type. */
export const typeNames = z.registry<{ readonly name: string }>();

/** A value that does not fit its unit; the message goes on after the option's path. */
class Misfit extends Error {}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
};

function unit<Input>(name: string, read: (value: unknown) => number) {
  return z
    .custom<Input>()
    .transform((value, context): number => {
      try {
        return read(value);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    })
    .register(typeNames, { name });
}

/** A timer takes no more than 2^31 ms; what nobody waits for may be longer. */
const LONGEST_WAIT_MS = 20 * 86_400_000;

/** Whole milliseconds from `min` to `max`. */
export const duration = ({ min = 0, max = LONGEST_WAIT_MS }: { readonly min?: number; readonly max?: number } = {}) =>
  unit<DurationInput>('duration', (value) => {
    const ms = typeof value === 'number' ? value : amount(value, MS);
    if (!Number.isInteger(ms))
      throw new Misfit(`${shown(value)} is no duration: write '250ms', '10s', '15m', '1h' or a number of milliseconds`);
    return within(ms, { min, max }, durationText, value);
  });

/** A fraction from 0 on: `'1%'` and 0.01 are the same. */
export const share = ({ max = 1 }: { readonly max?: number } = {}) =>
  unit<ShareInput>('share', (value) => {
    const fraction = typeof value === 'number' ? value : amount(value, { '%': 0.01 });
    if (!Number.isFinite(fraction)) throw new Misfit(`${shown(value)} is no share: write '1%' or the fraction 0.01`);
    if (typeof value === 'number' && value > 1)
      throw new Misfit(`${value} is more than the whole: write '${value}%' or a fraction up to 1`);
    return within(fraction, { min: 0, max }, shareText, value);
  });

/** Whole bytes; `MB` is a million of them, `MiB` 2^20. */
export const size = () =>
  unit<SizeInput>('size', (value) => {
    const bytes = typeof value === 'number' ? value : amount(value, BYTES);
    if (!Number.isInteger(bytes)) throw new Misfit(`${shown(value)} is no size: write '512MB', '1GiB' or a number of bytes`);
    return within(bytes, { min: 0, max: Number.MAX_SAFE_INTEGER }, (limit) => `${limit} B`, value);
  });

/** A whole number from `min` on. */
export const count = (min = 0) =>
  unit<number>('whole number', (value) => {
    if (!Number.isInteger(value)) throw new Misfit(`${shown(value)} is no whole number`);
    return within(value as number, { min, max: 1_000_000 }, String, value);
  });

/** How many times the baseline. */
export const factor = () =>
  unit<number>('factor', (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Misfit(`${shown(value)} is no factor: write 2 for twice the baseline`);
    return within(value, { min: 1, max: 1000 }, String, value);
  });

/** Rounded, so that `'0.1%'` is 0.001 and not a neighbour of it; NaN where the text is not of this unit. */
function amount(value: unknown, units: Readonly<Record<string, number>>): number {
  const [, digits = '', name = ''] = typeof value === 'string' ? (/^(\d+(?:\.\d+)?)(\D+)$/.exec(value) ?? []) : [];
  const each = Object.hasOwn(units, name) ? units[name] : undefined;
  return each === undefined ? NaN : Number((Number(digits) * each).toPrecision(15));
}

function within(
  amount: number,
  { min, max }: { readonly min: number; readonly max: number },
  text: (limit: number) => string,
  value: unknown,
): number {
  if (amount < min) throw new Misfit(`${shown(value)} is too little: at least ${text(min)}`);
  if (amount > max) throw new Misfit(`${shown(value)} is too much: at most ${text(max)}`);
  return amount;
}

/** As a person would have written it: `15m`, `250ms`. */
export function durationText(ms: number): string {
  const [name, each] = Object.entries(MS).findLast(([, each]) => ms % each === 0 && ms >= each) ?? ['ms', 1];
  return `${ms / each}${name}`;
}

export const shareText = (fraction: number): string => `${Number((fraction * 100).toPrecision(12))}%`;

const LONGEST_SHOWN = 40;

/** A value in a message: what is no short text or number is named by its kind only. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > LONGEST_SHOWN ? `a text of ${value.length} characters` : `'${value}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `a${typeof value === 'object' ? 'n object' : ` ${typeof value}`}`;
}
