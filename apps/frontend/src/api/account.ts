import { Token } from '@devplatform/contracts';
import type { z } from 'zod';
import { Store } from '../store.ts';

const KEY = 'devplatform.account';

export type Account = z.infer<typeof Token>;

/** Who is signed in here; null: an anonymous reader. Kept in this browser until it expires or is signed out. */
export const account = new Store<Account | null>(restore());

account.subscribe(() => {
  const current = account.current();
  if (current === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify(current));
});

function restore(): Account | null {
  try {
    const parsed = Token.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
    return parsed.success && Date.parse(parsed.data.expiresAt) > Date.now() ? parsed.data : null;
  } catch {
    return null;
  }
}
