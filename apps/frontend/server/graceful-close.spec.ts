import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closesGracefully } from './graceful-close.ts';

describe('closesGracefully', () => {
  let server: Server;
  let asked: PromiseWithResolvers<ServerResponse>;

  beforeEach(async () => {
    asked = Promise.withResolvers();
    server = createServer((_request, response) => {
      asked.resolve(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
  });

  const port = (): number => (server.address() as AddressInfo).port;

  it('finishes an answer that is under way and then closes its kept-alive connection', async () => {
    const close = closesGracefully(server, 10_000);
    const agent = new Agent({ keepAlive: true });
    const request = get({ port: port(), host: '127.0.0.1', agent });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    const response = await asked.promise;
    const closed = close();
    expect(close()).toBe(closed);
    response.end('whole');
    const [message] = await answered;
    expect(await text(message)).toBe('whole');
    expect(await closed).toBe(true);
    agent.destroy();
  });

  it('does not wait for a connection that never carried a request', async () => {
    const close = closesGracefully(server, 10_000);
    const accepted = once(server, 'connection');
    const socket = connect(port(), '127.0.0.1');
    const ended = once(socket, 'close');
    await accepted;
    expect(await close()).toBe(true);
    await ended;
  });

  it('cuts what does not end within its bound, and says so', async () => {
    const close = closesGracefully(server, 20);
    const request = get({ port: port(), host: '127.0.0.1' });
    const cut = once(request, 'error');
    await asked.promise;
    expect(await close()).toBe(false);
    await cut;
  });
});
