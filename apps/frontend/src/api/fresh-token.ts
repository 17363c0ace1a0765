import { Token } from '@devplatform/contracts';
import { account } from './account.ts';
import { ApiClient } from './client.ts';
import { noteAnswer } from './server-seen.ts';

/** With the token as it is: asking for a fresh one needs no fresh one. */
const client = new ApiClient({ token: () => account.current()?.token, onAnswer: noteAnswer });
let renewal: Promise<void> | null = null;

/**
 * The bearer token to use now, renewed where it is near its end; undefined: nobody is signed in. While the server is away it
 * is the one that there is.
 */
export async function freshToken(): Promise<string | undefined> {
  const current = account.current();
  if (current === null) return undefined;
  if (Date.now() > (current.renewAt ?? 0)) {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
    await renewal;
  }
  return account.current()?.token;
}

async function renew(): Promise<void> {
  try {
    account.signIn(await client.post('/auth/renew', undefined, Token));
  } catch {
    // Refused or not reached: the request that wants the token finds out, and says so.
  }
}
