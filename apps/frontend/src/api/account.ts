import { Token } from '@devplatform/contracts';
import { z } from 'zod';
import { Store } from '../store.ts';

const KEY = 'devplatform.account';
/** A token is renewed from this share of its life on: before the server asks a session for a fresh one, which is not before half of it. */
const RENEW_AFTER = 0.4;

const Account = Token.extend({
  /** Milliseconds since 1970 by the clock of this machine, which need not be right. */
  renewAt: z.number().optional(),
});
export type Account = z.infer<typeof Account>;

/** Who is signed in here; null: an anonymous reader. Kept in this browser for all its tabs until it expires or is signed out. */
class AccountStore extends Store<Account | null> {
  override set(account: Account | null): void {
    super.set(account);
    if (account === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(account));
  }

  signIn(token: z.infer<typeof Token>): void {
    const { expiresAt, expiresIn } = token;
    const lifetime = expiresIn === undefined ? Date.parse(expiresAt) - Date.now() : expiresIn * 1000;
    this.set({ ...token, renewAt: Date.now() + lifetime * RENEW_AFTER });
  }

  /** What another tab did. It is not written again: tabs of two releases would answer each other for ever. */
  adopt(account: Account | null): void {
    super.set(account);
  }
}

export const account = new AccountStore(restore());
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) account.adopt(restore());
});

function restore(): Account | null {
  try {
    const parsed = Account.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
    return parsed.success && Date.parse(parsed.data.expiresAt) > Date.now() ? parsed.data : null;
  } catch {
    return null;
  }
}
