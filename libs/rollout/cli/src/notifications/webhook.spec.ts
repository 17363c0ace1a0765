import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Notification, NotificationName } from './notification.ts';
import { hangUp, type Received, receiver, type Receiver, redirect, silence, status } from './spec-support/receiver.ts';
import { noDeadline, notification, record } from './spec-support/told.ts';
import { type Pace, webhook, type WebhookOptions } from './webhook.ts';
import type { z } from 'zod';

const PACE: Pace = { attempts: 3, attemptMs: 5_000, backoffMs: 1 };
const SECRET = 'correct horse battery staple';

/** Tells the webhook all of them and waits until they are delivered or given up; the notes that were made. */
async function deliver(options: z.input<typeof WebhookOptions>, told: readonly Notification[], pace: Pace = PACE): Promise<string[]> {
  const notes: string[] = [];
  const listener = webhook(options, { note: (text) => void notes.push(text), pace });
  for (const each of told) listener.notify(each);
  await listener.settle(noDeadline());
  return notes;
}
const named = (...events: readonly NotificationName[]): Notification[] => events.map((event) => notification({ event }));
const events = ({ received }: Receiver): string[] => received.map(({ told }) => told.event);

/** As the documentation of `webhook` tells receivers to do it. */
function verified({ headers, body }: Pick<Received, 'headers' | 'body'>, secret: string, now: number): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const got = Buffer.from(String(headers['x-devplatform-signature']));
  if (got.length !== expected.length || !timingSafeEqual(got, expected)) return false;
  return Math.abs(now - Date.parse((JSON.parse(body) as Received['told']).sentAt)) < 300_000;
}

describe('NTF-2: a receiver can tell who sent it, and that it is new', () => {
  it('the signature holds for the body as it came, and for no other body, secret or time', async () => {
    await using server = await receiver(status(204));
    const told = notification({ event: 'deployment.failed', reason: 'plus grand que — naïve: 5 s', record: record('undone') });
    expect(await deliver({ url: server.url, secret: SECRET }, [told])).toEqual([]);
    const [first] = server.received as [Received];
    expect(JSON.parse(first.body)).toMatchObject(told);
    expect(verified(first, SECRET, Date.now())).toBe(true);
    expect(verified(first, 'another secret', Date.now())).toBe(false);
    expect(verified({ ...first, body: first.body.replace('undone', 'done') }, SECRET, Date.now())).toBe(false);
    expect(verified({ ...first, body: first.body.replace(/"sentAt":"2/, '"sentAt":"3') }, SECRET, Date.now())).toBe(false);
    expect(verified(first, SECRET, Date.now() + 600_000)).toBe(false);
  });

  it('each has an identity of its own, which all its attempts share', async () => {
    await using server = await receiver(status(500), status(200));
    await deliver({ url: server.url }, named('deployment.started', 'deployment.succeeded'));
    const [failed, again, next] = server.received.map(({ told }) => told.delivery);
    expect(again).toBe(failed);
    expect(next).not.toBe(failed);
  });

  it('without a secret there is no signature', async () => {
    await using server = await receiver(status(200));
    await deliver({ url: server.url }, named('deployment.started'));
    expect(server.received[0]?.headers).not.toHaveProperty('x-devplatform-signature');
  });
});

describe('NTF-3: what can be delivered is, in order; what cannot becomes a note', () => {
  it('500, then 200: nothing is lost and nothing overtakes', async () => {
    await using server = await receiver(status(500), status(503), status(200));
    expect(await deliver({ url: server.url }, named('deployment.started', 'deployment.switched', 'deployment.succeeded'))).toEqual([]);
    expect(events(server)).toEqual([
      ...['deployment.started', 'deployment.started', 'deployment.started'],
      ...['deployment.switched', 'deployment.succeeded'],
    ]);
  });

  it('three attempts, then a note, then the next one', async () => {
    await using server = await receiver(status(500), status(500), status(500), status(200));
    expect(await deliver({ url: server.url }, named('deployment.started', 'deployment.succeeded'))).toEqual([
      `webhook ${server.url} did not take deployment.started: it answered 500`,
    ]);
    expect(events(server)).toEqual(['deployment.started', 'deployment.started', 'deployment.started', 'deployment.succeeded']);
  });

  it.each([
    [404, 1],
    [429, 3],
  ])('%i: tried %i times', async (code, times) => {
    await using server = await receiver(status(code));
    expect(await deliver({ url: server.url }, named('deployment.started'))).toEqual([expect.stringContaining(`it answered ${code}`)]);
    expect(server.received).toHaveLength(times);
  });

  it('a receiver that never answers is left after its time', async () => {
    await using server = await receiver(silence);
    const notes = await deliver({ url: server.url }, named('deployment.started'), { ...PACE, attempts: 2, attemptMs: 100 });
    expect(notes).toEqual([expect.stringContaining('it did not answer within 0.1 s')]);
    expect(server.received).toHaveLength(2);
  });

  it('a receiver that hangs up is tried again', async () => {
    await using server = await receiver(hangUp, status(200));
    expect(await deliver({ url: server.url }, named('deployment.started'))).toEqual([]);
    expect(server.received).toHaveLength(2);
  });

  it('nobody listens', async () => {
    const gone = await receiver(status(200));
    await gone[Symbol.asyncDispose]();
    expect(await deliver({ url: gone.url }, named('deployment.started'))).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('a redirect is not followed', async () => {
    await using elsewhere = await receiver(status(200));
    await using server = await receiver(redirect(elsewhere.url));
    expect(await deliver({ url: server.url, secret: SECRET }, named('deployment.started'))).toEqual([expect.stringContaining('redirect')]);
    expect(elsewhere.received).toEqual([]);
  });

  it('an answer whose body never ends is an answer', async () => {
    await using server = await receiver((response) => response.writeHead(200).write('and'));
    expect(await deliver({ url: server.url }, named('deployment.started', 'deployment.succeeded'))).toEqual([]);
    expect(server.received).toHaveLength(2);
  });

  it('only what was asked for is sent; by default everything but the steps', async () => {
    await using server = await receiver(status(200));
    const told = named('deployment.started', 'deployment.step', 'deployment.succeeded');
    await deliver({ url: server.url }, told);
    await deliver({ url: server.url, events: ['deployment.step'] }, told);
    expect(events(server)).toEqual(['deployment.started', 'deployment.succeeded', 'deployment.step']);
  });
});

describe('NTF-4: neither the secret nor the path of the address is said', () => {
  it.each([
    ['refused', status(403)],
    ['cut off', hangUp],
    ['redirected', redirect('/')],
    ['left unanswered', silence],
  ])('where it is %s', async (_, answer) => {
    await using server = await receiver(answer);
    const url = `${server.url}/services/T0/token-in-path?key=token-in-query`;
    const notes = await deliver({ url, secret: SECRET }, named('deployment.started'), { ...PACE, attemptMs: 100 });
    expect(notes).toHaveLength(1);
    expect(notes.join()).not.toMatch(/token|horse/);
    expect(server.received[0]?.body).not.toContain('horse');
  });

  it.each([
    ['no address', 'token-in-path'],
    ['no address of the web', 'file:///token-in-path'],
    ['credentials', 'https://me:token@host/'],
  ])('where it is %s: refused, in words', (_, url) => {
    const make = (): unknown => webhook({ url, secret: SECRET }, { note: () => undefined });
    expect(make).toThrow(/address/);
    expect(make).not.toThrow(/token|horse/);
  });

  it('an empty secret is refused, because it signs nothing', () => {
    expect(() => webhook({ url: 'https://host', secret: '' }, { note: () => undefined })).toThrow();
  });
});
