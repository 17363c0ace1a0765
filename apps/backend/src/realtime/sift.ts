export interface Edit {
  readonly clientId: string;
  /** Who sends it; null: nobody that we know. */
  readonly userId: string | null;
  readonly cseq: number;
  readonly payload: Uint8Array;
}

export interface Cursor {
  /** Last committed cseq. */
  readonly cseq: number;
  /** Whose edits the client's are: of whoever used its id first. Null: an earlier release did not ask. */
  readonly userId: string | null;
}
/** Of a client that has committed nothing yet. */
export const NOTHING: Cursor = { cseq: 0, userId: null };
/** By client; for one that is not in it, `NOTHING`. */
export type Cursors = ReadonlyMap<string, Cursor>;

/** `gap`: an earlier edit of this client is missing. `foreign`: the client is somebody else's. Nothing was written of either. */
export type Outcome = { readonly kind: 'committed' } | { readonly kind: 'gap'; readonly expected: number } | { readonly kind: 'foreign' };

export interface Sifted {
  /** One for each edit, in order. What is known already is `committed` as well. */
  readonly outcomes: readonly Outcome[];
  readonly fresh: readonly Edit[];
  readonly cursors: Cursors;
}

/** Separates what is new from what is known already, from what lies beyond a hole, and from what is sent in somebody else's name. */
export function sift(edits: readonly Edit[], before: Cursors): Sifted {
  const cursors = new Map(before);
  const fresh: Edit[] = [];
  const outcomes = edits.map((edit): Outcome => {
    const { cseq, userId } = cursors.get(edit.clientId) ?? NOTHING;
    if (userId !== null && userId !== edit.userId) return { kind: 'foreign' };
    const expected = cseq + 1;
    if (edit.cseq > expected) return { kind: 'gap', expected };
    if (edit.cseq === expected) {
      fresh.push(edit);
      cursors.set(edit.clientId, { cseq: edit.cseq, userId: edit.userId });
    }
    return { kind: 'committed' };
  });
  return { outcomes, fresh, cursors };
}
