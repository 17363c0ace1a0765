import { describe, expect, it } from '@jest/globals';
import { sift } from './sift.ts';

const edit = (clientId: string, cseq: number, userId = 'ada') => ({ clientId, userId, cseq, payload: new Uint8Array() });

describe('sift', () => {
  it('RT-15: keeps what is new, knows what is known, and stops each client at its own hole', () => {
    const edits = [edit('a', 3), edit('a', 4), edit('b', 1), edit('a', 4), edit('b', 3), edit('a', 5), edit('b', 2), edit('b', 3)];
    const { outcomes, fresh, cursors } = sift(edits, new Map([['a', { cseq: 3, userId: null }]]));
    expect(outcomes.map((outcome) => (outcome.kind === 'gap' ? outcome.expected : 'ok'))).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      2,
      'ok',
      'ok',
      'ok',
    ]);
    expect(fresh.map(({ clientId, cseq }) => `${clientId}${String(cseq)}`)).toEqual(['a4', 'b1', 'a5', 'b2', 'b3']);
    expect([...cursors]).toEqual([
      ['a', { cseq: 5, userId: 'ada' }],
      ['b', { cseq: 3, userId: 'ada' }],
    ]);
  });

  it("RT-15: takes no edit in the name of a client that is somebody else's, and burns no number of it", () => {
    const edits = [edit('a', 1), edit('a', 2, 'eve'), edit('a', 2)];
    const { outcomes, fresh } = sift(edits, new Map());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'foreign', 'committed']);
    expect(fresh.map(({ cseq, userId }) => `${String(cseq)} ${String(userId)}`)).toEqual(['1 ada', '2 ada']);
  });
});
