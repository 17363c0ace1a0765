import { useCallback, useEffect, useRef, useState } from 'react';
import type { Page } from './platform.ts';
import { messageOf } from './problem.ts';

export interface Listing<T> {
  /** Null until the first answer. */
  readonly items: readonly T[] | null;
  readonly error: string | null;
  readonly hasMore: boolean;
  readonly more: () => void;
  /** From the start again; what is shown stays until the answer is here. */
  readonly reload: () => void;
}

type State<T> = { readonly items: T[] | null; readonly next: string | null; readonly error: string | null };

/** A paginated list; `load` must be stable (useCallback), a new one starts anew. Answers that come too late are dropped. */
export function useListing<T>(load: (cursor: string | null) => Promise<Page<T>>): Listing<T> {
  const [state, setState] = useState<State<T>>({ items: null, next: null, error: null });
  const turn = useRef(0);

  const fetchPage = useCallback(
    (cursor: string | null) => {
      const mine = (turn.current += 1);
      load(cursor).then(
        ({ items, next }) => {
          if (mine !== turn.current) return;
          setState((before) => ({ items: cursor === null ? items : [...(before.items ?? []), ...items], next, error: null }));
        },
        (error: unknown) => {
          if (mine === turn.current) setState((before) => ({ ...before, error: messageOf(error) }));
        },
      );
    },
    [load],
  );

  useEffect(() => {
    fetchPage(null);
    return () => {
      turn.current += 1;
    };
  }, [fetchPage]);

  const { items, next, error } = state;
  const reload = useCallback(() => {
    fetchPage(null);
  }, [fetchPage]);
  const more = useCallback(() => {
    if (next !== null) fetchPage(next);
  }, [fetchPage, next]);
  return { items, error, hasMore: next !== null, more, reload };
}
