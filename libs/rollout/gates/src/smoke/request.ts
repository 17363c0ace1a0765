import type { SmokeContext } from './smoke-test.ts';

interface Answer {
  readonly headers: Headers;
  /** Read to its end: a body that nobody reads would keep the connection, and with it the process, alive. */
  readonly text: string;
}

/** GET of a public path on the slot's private address. Throws unless it succeeds. */
export const get = (url: string, { signal }: SmokeContext): Promise<Answer> => expectOk(url, { signal });

/** A call to the backend's control plane. Throws unless it succeeds. */
export const control = (method: 'GET' | 'POST' | 'DELETE', path: string, { addresses, signal }: SmokeContext): Promise<Answer> =>
  expectOk(`${addresses.backendInternal}${path}`, {
    ...{ method, signal },
    headers: { authorization: `Bearer ${addresses.internalToken}` },
  });

async function expectOk(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: 'error' });
  const text = await response.text();
  if (response.ok) return { headers: response.headers, text };
  throw new Error(`${init.method ?? 'GET'} ${new URL(url).pathname} answered ${response.status}: ${text.slice(0, 300)}`);
}
