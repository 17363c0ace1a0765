import { useEffect, useState } from 'react';
import { messageOf } from './problem.ts';

export interface Loaded<T> {
  /** Null until the first answer; then kept until a better one is here. */
  readonly value: T | null;
  readonly error: string | null;
}

/** One thing from the server; `load` must be stable (useCallback), a new one asks again. Answers that come too late are dropped. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Loaded<T>>({ value: null, error: null });
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (value) => {
        if (isCurrent) setState({ value, error: null });
      },
      (error: unknown) => {
        if (isCurrent) setState((before) => ({ ...before, error: messageOf(error) }));
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [load]);
  return state;
}
