import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RELEASE } from '@devplatform/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ApiClient, type ClientOptions } from './client.ts';
import { ApiError, NetworkError } from './problem.ts';

const Thing = z.object({ id: z.number() });

describe('ApiClient', () => {
  let server: Server;
  let seen: IncomingMessage[];
  let answer: (response: ServerResponse, attempt: number) => void;

  beforeEach(async () => {
    seen = [];
    answer = (response) => response.writeHead(200, { 'x-api-version': '1.3.0', 'x-slot': 'green' }).end('{"id":1}');
    server = createServer((request, response) => {
      seen.push(request);
      answer(response, seen.length);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const client = (options: ClientOptions = {}): ApiClient =>
    new ApiClient({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });

  it('says which release asks, and hears which release and slot answers', async () => {
    const heard: Headers[] = [];
    await client({ token: () => 'secret', onAnswer: (headers) => heard.push(headers) }).get('/things', Thing);
    expect(seen[0]?.headers).toMatchObject({ 'x-client-release': RELEASE, authorization: 'Bearer secret' });
    expect(seen[0]?.headers).not.toHaveProperty('idempotency-key');
    expect(heard.map((headers) => [headers.get('x-api-version'), headers.get('x-slot')])).toEqual([['1.3.0', 'green']]);
    await client().get('/things', Thing);
    const pages = seen.map(({ headers }) => headers['x-page-id']);
    expect(pages).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), pages[0]]);
  });

  it('repeats a mutation that nobody answered, with the same key', async () => {
    const ok = answer;
    answer = (response, attempt) => {
      if (attempt < 3) response.destroy();
      else ok(response, attempt);
    };
    await client().post('/things', {}, Thing);
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    await client().post('/things', {}, Thing);
    expect(seen[3]?.headers['idempotency-key']).not.toBe(keys[0]);
  });

  it('never repeats what was answered, and shows the detail of a problem', async () => {
    answer = (response) =>
      response.writeHead(503).end(
        JSON.stringify({
          type: 'about:blank',
          title: 'Unavailable',
          status: 503,
          code: 'database-away',
          detail: 'Nothing was created.',
          errors: [{ path: 'name', message: 'too long' }],
        }),
      );
    const failure = client().post('/things', {}, Thing);
    await expect(failure).rejects.toBeInstanceOf(ApiError);
    await expect(failure).rejects.toMatchObject({ status: 503, code: 'database-away', message: 'Nothing was created.\nname: too long' });
    expect(seen).toHaveLength(1);
  });

  it('survives an error page that is no problem', async () => {
    answer = (response) => response.writeHead(502).end('<html>');
    await expect(client().get('/things', Thing)).rejects.toMatchObject({ status: 502, code: 'unknown' });
  });

  it('reports a refused token', async () => {
    answer = (response) => response.writeHead(401).end();
    let signedOut = false;
    const refused = client({
      token: () => 'old',
      onUnauthenticated: () => {
        signedOut = true;
      },
    });
    await expect(refused.get('/things', Thing)).rejects.toMatchObject({ status: 401 });
    expect(signedOut).toBe(true);
  });

  it('gives up when nobody ever answers', async () => {
    answer = (response) => response.destroy();
    await expect(client().get('/things', Thing)).rejects.toBeInstanceOf(NetworkError);
    expect(seen).toHaveLength(4);
  });

  it('stops asking when it is aborted', async () => {
    answer = (response) => response.destroy();
    const aborter = new AbortController();
    aborter.abort(new Error('left'));
    await expect(client().get('/things', Thing, { signal: aborter.signal })).rejects.toThrow('left');
    expect(seen).toHaveLength(0);
  });
});
