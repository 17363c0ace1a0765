import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SLOT_HEADER } from '@devplatform/contracts';
import { isAnswering, PublicEntry } from './public-entry.ts';

/** Milliseconds that the slow slot takes; far more than the entry waits, and less than it waits for a new slot. */
const SLOW_MS = 1000;

describe('the public entry', () => {
  let server: Server;
  let url: string;
  let slot: 'blue' | 'green';
  let slow: boolean | 'first';
  let abandoned: number;
  let connections: number;

  beforeEach(async () => {
    [slot, slow, abandoned, connections] = ['blue', false, 0, 0];
    const answer = (response: ServerResponse): void => void response.setHeader(SLOT_HEADER, slot).end('{}');
    server = createServer((_request, response) => {
      const isSlow = slow;
      if (slow === 'first') slow = false;
      if (isSlow === false) {
        answer(response);
        return;
      }
      const timer = setTimeout(() => {
        answer(response);
      }, SLOW_MS);
      response.once('close', () => {
        if (!response.writableEnded) abandoned += 1;
        clearTimeout(timer);
      });
    }).listen(0, '127.0.0.1');
    server.on('connection', () => (connections += 1));
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('asks over the connections that it had before, and over fresh ones', async () => {
    using entry = await PublicEntry.open(url);
    expect(await entry.answersFrom('green')).toBe(false);
    slot = 'green';
    expect(await entry.answersFrom('green')).toBe(true);
    expect(connections).toBe(3 + 3 + 3);
  });

  it('BAD-4: does not wait for a slot that is slow, which is what it is left for', async () => {
    slow = true;
    using entry = await PublicEntry.open(url);
    [slow, slot] = [false, 'green'];
    expect(await entry.answersFrom('green')).toBe(true);
    expect(abandoned).toBe(3);
  });

  it('BAD-4: one answer that hangs does not hold up the others', async () => {
    slow = 'first';
    let answered = false;
    const look = isAnswering(url, 'blue').then((yes) => (answered = yes));
    server.once('request', (_request, response) => response.once('finish', () => (answeredFirst = answered)));
    let answeredFirst: boolean | null = null;
    expect(await look).toBe(true);
    expect(answeredFirst).toBeNull();
    expect(await isAnswering(url, 'green')).toBe(false);
  });
});
