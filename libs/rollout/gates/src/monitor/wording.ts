/** For operators: short, and the same in every measure. */
export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`;

/** As it was configured: `1 %`, `0.1 %`. */
export const limitPercent = (share: number): string => `${Number((100 * share).toFixed(3))} %`;

export const count = (number: number): string => number.toLocaleString('en-US');

export const megabytes = (bytes: number): string => `${count(Math.round(bytes / 1_000_000))} MB`;

/** `850 ms`, `5.3 s`, `5 min`, `1 h`. */
export function duration(ms: number): string {
  const [unit, name] = ms >= 3_600_000 ? [3_600_000, 'h'] : ms >= 120_000 ? [60_000, 'min'] : ms >= 1_000 ? [1_000, 's'] : [1, 'ms'];
  return `${Number((ms / unit).toFixed(unit === 1 ? 0 : 1))} ${name}`;
}

/** `12 requests of the 100 that are needed to tell`. */
export const tooFew = (is: number, needed: number, unit: string): string =>
  `${count(is)} ${unit} of the ${count(needed)} that are needed to tell`;

/** `limit 1 %, before 0.0 %`, and what a bad time before excuses. */
export function comparison(limit: string, before: string | null, excused: boolean): string {
  return `(limit ${limit}${before === null ? '' : `, before ${before}`}${excused ? ', as bad as before' : ''})`;
}
