import { createHmac } from 'node:crypto';
import pRetry, { AbortError } from 'p-retry';
import { z } from 'zod';
import { NotificationName, type Notification } from './notification.ts';
import { Outbox, type Listener } from './outbox.ts';

export const WebhookOptions = z.strictObject({
  url: z.string().refine(isAddress, 'the address of a webhook begins with https:// or http:// and has no user or password in it'),
  /** Signs every delivery; without one anybody could have sent it. */
  secret: z.string().min(1).optional(),
  /** Default: all but `deployment.step`. */
  events: z
    .array(NotificationName)
    .min(1)
    .default(NotificationName.exclude(['deployment.step']).options),
});

/** Milliseconds; `backoffMs` doubles after each attempt. */
export interface Pace {
  readonly attempts: number;
  readonly attemptMs: number;
  readonly backoffMs: number;
}
const PACE: Pace = { attempts: 3, attemptMs: 5_000, backoffMs: 1_000 };

/**
 * POSTs each notification as JSON: the fields of `Notification`, and `delivery` (unique; the same in every attempt) and `sentAt`
 * (ISO 8601, the first attempt). A receiver answers 2xx within 5 s. Everything else is tried three times in all, but for a
 * refusal (4xx other than 408, 425 and 429); redirects are not followed. Deliveries keep their order; one that arrived without its
 * answer doing so comes twice.
 *
 * With a secret, `X-Devplatform-Signature: sha256=<hex>` is the HMAC-SHA256 of the body, byte for byte as it came. To verify: compute it
 * over the raw body before parsing, compare in constant time (`crypto.timingSafeEqual`), parse, then refuse a `sentAt` more than
 * five minutes away and a `delivery` that was seen within them. Both are part of the body, so that the signature covers them; what
 * is not in the body is not signed.
 *
 * Neither the secret nor more of the address than its origin is ever in a note: the path of many webhooks is a secret, too.
 */
export function webhook(
  options: z.input<typeof WebhookOptions>,
  { note, pace = PACE }: { readonly note: (text: string) => void; readonly pace?: Pace },
): Listener {
  const { url, secret, events } = WebhookOptions.parse(options);
  const deliver = async (notification: Notification, signal: AbortSignal): Promise<void> => {
    const body = JSON.stringify({ delivery: crypto.randomUUID(), sentAt: new Date().toISOString(), ...notification });
    const signature = secret === undefined ? {} : { 'x-devplatform-signature': signatureOf(secret, body) };
    const headers = { 'content-type': 'application/json', 'user-agent': 'devplatform', ...signature };
    const attempt = (): Promise<void> => post(url, { headers, body }, pace.attemptMs, signal);
    await pRetry(attempt, { retries: pace.attempts - 1, minTimeout: pace.backoffMs, factor: 2, signal });
  };
  return new Outbox({ name: `webhook ${new URL(url).origin}`, wants: events, deliver, note });
}

/** Says nothing of why, because the errors of the runtime quote what they could not read. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

const signatureOf = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Worth another attempt, although the status says that it is the sender's fault. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

async function post(url: string, request: RequestInit, withinMs: number, signal: AbortSignal): Promise<void> {
  const bounds = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  const response = await fetch(url, { ...request, method: 'POST', redirect: 'error', signal: bounds }).catch((error: unknown) => {
    throw new Error(reasonOf(error as Failure, withinMs));
  });
  // Nobody reads what it says; a body that never ends must not keep the connection, and with it the process.
  await response.body?.cancel().catch(() => undefined);
  const { ok, status } = response;
  if (ok) return;
  const refused = new Error(`it answered ${status}`);
  throw status < 500 && !TRY_AGAIN.includes(status) ? new AbortError(refused) : refused;
}

/** As `fetch` throws it: what happened is in the cause. */
interface Failure {
  readonly name?: string;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

/** The message of a network error may quote the address, so codes alone are passed on. */
function reasonOf({ name, cause }: Failure, withinMs: number): string {
  if (name === 'TimeoutError') return `it did not answer within ${withinMs / 1000} s`;
  if (cause?.message === 'unexpected redirect') return 'it answered with a redirect, which is not followed';
  return `it could not be reached (${cause?.code ?? 'no connection'})`;
}
