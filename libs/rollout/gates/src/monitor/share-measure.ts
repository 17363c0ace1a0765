import { exceeds, sigmasAbove, type Share } from './certainty.ts';
import { worstWindow, type Finding } from './finding.ts';
import type { Certainty, Sureness } from './limits.ts';
import { comparison, count, tooFew } from './wording.ts';

/** What a window has of one measure, in the shape in which shares are judged. */
export interface Reading {
  readonly of: number;
  /** How many of them were worse than the limit allows. */
  readonly bad: { readonly soft: number; readonly hard: number };
  /** Compared with the baseline as a factor. */
  readonly size: number;
  /** In words: `2.1 %`, `5.3 s`. */
  readonly words: string;
}

export interface ShareRule {
  /** `requests` */
  readonly unit: string;
  readonly minimum: number;
  /** How large a share may be bad. */
  readonly limit: { readonly soft: number; readonly hard: number };
  /** In words: `1 %`, `5 s`. */
  readonly words: { readonly soft: string; readonly hard: string };
  readonly certainty: Certainty;
}

export interface WindowReading {
  /** null: nobody knows. */
  readonly reading: Reading | null;
  readonly sure: Sureness;
  readonly when: string;
}

/** The worst of the windows; above the hard limit only as hard as it is worse than before. */
export const judgeShares = (windows: readonly WindowReading[], before: Reading | null, rule: ShareRule): Finding =>
  worstWindow(windows.map((window) => judgeShare(window, before, rule)));

function judgeShare({ reading, sure, when }: WindowReading, before: Reading | null, rule: ShareRule): Finding {
  const { minimum, unit, limit, words, certainty } = rule;
  if (reading === null) return { verdict: 'unknown', figure: 'not known' };
  const { of, bad } = reading;
  if (of < minimum) return { verdict: 'unknown', figure: tooFew(of, minimum, unit) };
  const over = (level: 'soft' | 'hard'): boolean => exceeds({ bad: bad[level], of }, limit[level], sure);
  const figure = (level: 'soft' | 'hard', excused = false): string =>
    `${reading.words} of ${count(of)} ${unit}${when} ${comparison(words[level], before?.words ?? null, excused)}`;
  if (over('hard')) {
    const excused = before !== null && !isWorse(reading, before, certainty);
    return { verdict: excused ? 'soft' : 'hard', figure: figure('hard', excused) };
  }
  return { verdict: over('soft') ? 'soft' : 'ok', figure: figure('soft') };
}

/** A slot in which next to nothing was bad excuses nothing, however little it served. */
function isWorse(now: Reading, before: Reading, { whole, worseTimes, worseSigmas }: Certainty): boolean {
  const [share, shareBefore]: [Share, Share] = [
    { bad: now.bad.hard, of: now.of },
    { bad: before.bad.hard, of: before.of },
  ];
  if (now.size <= worseTimes * before.size) return false;
  return shareBefore.bad < whole.badEvents || sigmasAbove(share, shareBefore) >= worseSigmas;
}
