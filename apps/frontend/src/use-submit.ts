import { useState } from 'react';
import { messageOf } from './api/problem.ts';

/** Runs an action from a form or a button, one at a time, and keeps what went wrong for showing. */
export function useSubmit<A extends unknown[]>(action: (...args: A) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = (...args: A): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    // The wrapper turns what is thrown before the first await into a rejection.
    (async () => action(...args))()
      .catch((problem: unknown) => {
        setError(messageOf(problem));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return { busy, error, submit };
}
