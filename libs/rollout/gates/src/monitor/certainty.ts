import type { Sureness } from './limits.ts';

/** `bad` of `of`; not necessarily whole numbers, where a histogram was interpolated. */
export interface Share {
  readonly bad: number;
  readonly of: number;
}

export const rateOf = ({ bad, of }: Share): number => (of === 0 ? 0 : bad / of);

/** The lower end of the Wilson interval: the true rate is below it only by a chance of so many sigmas. Good for few and rare events. */
export function wilsonLower(share: Share, sigmas: number): number {
  const { of } = share;
  if (of === 0) return 0;
  const rate = rateOf(share);
  const square = sigmas ** 2;
  const half = sigmas * Math.sqrt((rate * (1 - rate)) / of + square / (4 * of ** 2));
  return Math.max(0, (rate + square / (2 * of) - half) / (1 + square / of));
}

/** Above the limit by more than chance. */
export const exceeds = (share: Share, limit: number, { badEvents, sigmas }: Sureness): boolean =>
  share.bad >= badEvents && wilsonLower(share, sigmas) > limit;

/** One-sided two-proportion z: by how many sigmas the rate of `now` is above the rate of `before`. */
export function sigmasAbove(now: Share, before: Share): number {
  const pooled = (now.bad + before.bad) / (now.of + before.of);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / now.of + 1 / before.of));
  return deviation === 0 ? 0 : (rateOf(now) - rateOf(before)) / deviation;
}

/**
 * The same for events over a time of exposure, such as closes per minute of an open socket: of all events, those of `now` are
 * binomial with the share of its exposure.
 */
export function sigmasAboveOverTime(now: Share, before: Share): number {
  const events = now.bad + before.bad;
  const part = now.of / (now.of + before.of);
  const deviation = Math.sqrt(events * part * (1 - part));
  return deviation === 0 ? 0 : (now.bad - events * part) / deviation;
}
