import { describe, expect, it } from '@jest/globals';
import { CASES } from './corpus/all.ts';
import { EXPLAINED } from './explained.ts';
import { decidedByPrevious, pairsOf, tallyOf, type Wrong } from './judgement.ts';
import { judgedByReplay } from './replayed.ts';
import { judgedStatically } from './static.ts';

const said = ({ id, expected, said: verdict, reasons }: Wrong): string => `${id}: ${expected}, not ${verdict} (${reasons.join('; ')})`;

/** Every case takes minutes on PostgreSQL: here every n-th of them, `npx nx score migration-tests -- --replay` for all. */
const SAMPLE = 12;

describe('the corpus', () => {
  it('has at least 150 cases with ids of their own, and 40 pairs of the same SQL with opposite verdicts', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(150);
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    expect(pairsOf(CASES).length).toBeGreaterThanOrEqual(40);
    expect(decidedByPrevious(CASES).length).toBeGreaterThanOrEqual(80);
  });

  it('is what the pairs say: a side that differs by nothing is no side', () => {
    const given = CASES.map(({ sql, schema, previous, transaction }) => JSON.stringify([sql, schema, previous, transaction]));
    expect(given.filter((one, i) => given.indexOf(one) !== i)).toEqual([]);
  });

  it('MIG-40: gets its verdict without a database, every case of it', async () => {
    const { judged } = await judgedStatically(CASES);
    expect(tallyOf(CASES, judged).wrong.map(said)).toEqual([]);
  });

  it('MIG-41: is what PostgreSQL measures, every twelfth case of it, and what the replay cannot see is explained', async () => {
    const sample = CASES.filter((_, i) => i % SAMPLE === 0);
    const { judged } = await judgedByReplay(sample, undefined);
    const differing = tallyOf(sample, judged).wrong.filter(({ id }) => EXPLAINED[id] === undefined);
    expect(differing.map(said)).toEqual([]);
  }, 600_000);

  it('MIG-42: has no case called safe that breaks the previous release', async () => {
    const { judged } = await judgedStatically(CASES);
    const breaking = CASES.filter(({ violates }) => violates.includes('compat'));
    expect(breaking.filter(({ id }) => judged.get(id)?.verdict === 'safe').map(({ id }) => id)).toEqual([]);
  });

  it('explains only cases that it has', () => {
    const ids = new Set(CASES.map(({ id }) => id));
    expect(Object.keys(EXPLAINED).filter((id) => !ids.has(id))).toEqual([]);
  });
});
