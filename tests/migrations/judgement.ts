import type { Axis, Verdict } from '@devplatform/migration-check';
import type { Case } from './case.ts';

/** What one of the judges said about a case. `error`: it could not read it. */
export interface Judgement {
  readonly verdict: Verdict | 'error';
  /** Rules, messages, whatever the judge gives as its reasons. */
  readonly reasons: readonly string[];
}

export type Judged = ReadonlyMap<string, Judgement>;

export interface Tally {
  readonly cases: number;
  readonly right: number;
  /** Called safe, and the previous release breaks. */
  readonly missedCompat: number;
  /** Called safe, and a table is blocked. */
  readonly missedLock: number;
  /** Safe, and not called so. */
  readonly falseAlarms: number;
  /** Not judged, and somebody could have. */
  readonly notJudged: number;
  readonly wrong: readonly Wrong[];
}

export interface Wrong {
  readonly id: string;
  readonly expected: Verdict;
  readonly violates: readonly Axis[];
  readonly said: Judgement['verdict'];
  readonly why: string;
  readonly reasons: readonly string[];
}

export function tallyOf(cases: readonly Case[], judged: Judged): Tally {
  const wrong: Wrong[] = [];
  const count = { missedCompat: 0, missedLock: 0, falseAlarms: 0, notJudged: 0 };
  for (const { id, verdict, violates, why } of cases) {
    const { verdict: said, reasons } = judged.get(id) ?? { verdict: 'error', reasons: ['not judged at all'] };
    if (said === verdict) continue;
    wrong.push({ id, expected: verdict, violates, said, why, reasons });
    if (said === 'safe' && violates.includes('compat')) count.missedCompat += 1;
    if (said === 'safe' && violates.includes('lock')) count.missedLock += 1;
    if (verdict === 'safe') count.falseAlarms += 1;
    if (verdict !== 'unknown' && (said === 'unknown' || said === 'error')) count.notJudged += 1;
  }
  return { cases: cases.length, right: cases.length - wrong.length, ...count, wrong };
}

/** Cases whose SQL, schema and transaction mode stand under another verdict as well: only the previous release decides. */
export function decidedByPrevious(cases: readonly Case[]): readonly Case[] {
  const groups = Map.groupBy(cases, ({ sql, schema, transaction }) => JSON.stringify([sql, schema, transaction]));
  return [...groups.values()].filter((group) => new Set(group.map(({ verdict }) => verdict)).size > 1).flat();
}

/** SQL that is safe in one case and unsafe in another. */
export function pairsOf(cases: readonly Case[]): readonly (readonly Case[])[] {
  const groups = [...Map.groupBy(cases, ({ sql }) => sql).values()];
  return groups.filter((group) => group.some(({ verdict }) => verdict === 'safe') && group.some(({ verdict }) => verdict === 'unsafe'));
}
