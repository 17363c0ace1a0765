import { describe, expect, it } from '@jest/globals';
import { sift } from './sift.ts';

const edit = (clientId: string, cseq: number) => ({ clientId, cseq, payload: new Uint8Array() });

describe('sift', () => {
  it('keeps what is new, knows what is known, and stops each client at its own hole', () => {
    const edits = [edit('a', 3), edit('a', 4), edit('b', 1), edit('a', 4), edit('b', 3), edit('a', 5), edit('b', 2), edit('b', 3)];
    const { outcomes, fresh, cursors } = sift(edits, new Map([['a', 3]]));
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
      ['a', 5],
      ['b', 3],
    ]);
  });
});
