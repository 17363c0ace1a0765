import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@devplatform/embedded';
import { failed, HttpObserver } from './http-observer.ts';

describe('the HTTP observer', () => {
  let server: Server;
  let observer: HttpObserver;
  let posts: string[];
  let resets: number;

  beforeEach(async () => {
    posts = [];
    resets = 0;
    server = createServer((request, response) => {
      if (request.method === 'POST') posts.push(String(request.headers['idempotency-key']));
      if (resets > 0) {
        resets -= 1;
        request.socket.resetAndDestroy();
        return;
      }
      response.writeHead(200, { 'x-slot': 'blue', 'x-api-version': '1.2.0' }).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    observer = new HttpObserver({ publicUrl, token: 'token', projectId: 'project', perSecond: 500 });
    observer.start();
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const hundreds = (count: number): Promise<true> =>
    until(() => observer.count() >= count, { what: `${count} requests`, deadlineMs: 10_000 }) as Promise<true>;

  it('sees the reset that a browser would repeat', async () => {
    await hundreds(100);
    resets = 2;
    await hundreds(300);
    const records = await observer.stop();
    expect(records.filter(failed).map(({ error }) => error)).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  it('comes over kept and fresh connections, with every kind of request over both, and says which slot answered', async () => {
    await hundreds(400);
    const records = await observer.stop();
    const sorts = new Set(records.map(({ kind, connection }) => `${kind} ${connection}`));
    expect(sorts.size).toBe(8);
    expect(new Set(records.map(({ slot, release }) => `${String(slot)} ${String(release)}`))).toEqual(new Set(['blue 1.2.0']));
  });

  it('repeats some annotations with the same idempotency key', async () => {
    await hundreds(400);
    await observer.stop();
    expect(new Set(posts).size).toBeLessThan(posts.length);
  });
});
