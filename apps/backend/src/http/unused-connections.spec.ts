import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnusedConnections } from './unused-connections.ts';

describe('UnusedConnections', () => {
  let server: Server;
  let unused: UnusedConnections;

  beforeEach(async () => {
    server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
    unused = new UnusedConnections(server);
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const port = (): number => (server.address() as AddressInfo).port;

  it('ends a connection that never carried a request, which closing the idle ones does not', async () => {
    const accepted = once(server, 'connection');
    const socket = connect(port(), '127.0.0.1');
    await accepted;
    server.closeIdleConnections();
    const closed = once(socket, 'close');
    unused.close();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('leaves one alone that is kept for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (): Promise<IncomingMessage> => {
      const [answer] = (await once(get({ port: port(), host: '127.0.0.1', agent }), 'response')) as [IncomingMessage];
      expect(await text(answer)).toBe('ok');
      return answer;
    };
    const { socket } = await ask();
    unused.close();
    expect((await ask()).socket).toBe(socket);
    agent.destroy();
  });
});
