export interface Edit {
  readonly clientId: string;
  readonly cseq: number;
  readonly payload: Uint8Array;
}

/** Last committed cseq by client; a client that is not in it has none. */
export type Cursors = ReadonlyMap<string, number>;

/** `gap`: an earlier edit of this client is missing, nothing was written. */
export type Outcome = { readonly kind: 'committed' } | { readonly kind: 'gap'; readonly expected: number };

export interface Sifted {
  /** One for each edit, in order. What is known already is `committed` as well. */
  readonly outcomes: readonly Outcome[];
  readonly fresh: readonly Edit[];
  readonly cursors: Cursors;
}

/** Separates what is new from what is known already and from what lies beyond a hole. */
export function sift(edits: readonly Edit[], before: Cursors): Sifted {
  const cursors = new Map(before);
  const fresh: Edit[] = [];
  const outcomes = edits.map((edit): Outcome => {
    const expected = (cursors.get(edit.clientId) ?? 0) + 1;
    if (edit.cseq > expected) return { kind: 'gap', expected };
    if (edit.cseq === expected) {
      fresh.push(edit);
      cursors.set(edit.clientId, edit.cseq);
    }
    return { kind: 'committed' };
  });
  return { outcomes, fresh, cursors };
}
