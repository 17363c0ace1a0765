import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { until } from '@devplatform/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultProxy } from './fault-proxy.ts';

const SOON = { deadlineMs: 5000 };

let server: Server;
let proxy: FaultProxy;
/** The server's ends, newest last. */
let served: Socket[];

beforeEach(async () => {
  served = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    served.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
    socket.on('end', () => socket.end('over'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  proxy = await FaultProxy.open(() => `tcp://127.0.0.1:${port}`);
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const socket of served) socket.destroy();
  server.close();
});

class Caller {
  readonly socket = connect(proxy.port, '127.0.0.1');
  heard = '';
  ending: string | undefined;

  constructor() {
    this.socket.on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.ending = error.code));
    this.socket.on('close', () => (this.ending ??= 'closed'));
  }

  async says(text: string): Promise<number> {
    const start = performance.now();
    this.socket.write(text);
    await this.hears(text);
    return performance.now() - start;
  }

  async hears(text: string): Promise<void> {
    await until(() => this.heard.endsWith(text), { what: `"${text}" to come back`, ...SOON });
  }

  async ends(): Promise<string> {
    return until(() => this.ending, { what: 'the connection to end', ...SOON });
  }
}

describe('the fault proxy', () => {
  it('carries both ways, each direction ends by itself, and it counts', async () => {
    const caller = new Caller();
    await caller.says('hello');
    expect(proxy.connections).toEqual({ open: 1, accepted: 1 });
    caller.socket.end();
    await caller.hears('over');
    expect(await caller.ends()).toBe('closed');
    await until(() => proxy.connections.open === 0, { what: 'the proxy to notice', ...SOON });
  });

  it('carries large things whole, at the speed of the slower side', async () => {
    const bytes = Buffer.alloc(8_000_000, 'x');
    const socket = connect(proxy.port, '127.0.0.1');
    const echoed = buffer(socket);
    socket.end(bytes);
    expect((await echoed).equals(Buffer.concat([bytes, Buffer.from('over')]))).toBe(true);
  });

  it.each<['cut' | 'reset', string]>([
    ['cut', 'closed'],
    ['reset', 'ECONNRESET'],
  ])('%s: both ends see it, and new connections pass', async (fault, seen) => {
    const callers = [new Caller(), new Caller()];
    for (const caller of callers) await caller.says('hello');
    expect(proxy[fault]()).toBe(2);
    for (const caller of callers) expect(await caller.ends()).toBe(seen);
    await until(() => served.every((socket) => socket.destroyed || socket.readableEnded), { what: 'the server to notice', ...SOON });
    await new Caller().says('again');
  });

  it('refuse: nobody listens, what is open stays; pass listens there again', async () => {
    const before = new Caller();
    await before.says('hello');
    proxy.refuse();
    expect(await new Caller().ends()).toBe('ECONNREFUSED');
    await before.says('still here');
    await proxy.pass();
    await new Caller().says('again');
  });

  it('stall: what is sent arrives after pass, and one direction may go on', async () => {
    const caller = new Caller();
    await caller.says('hello');
    proxy.stall('down');
    caller.socket.write('held');
    await until(() => (served[0]?.bytesRead ?? 0) === 'helloheld'.length, { what: 'the other direction to carry', ...SOON });
    expect(caller.heard).toBe('hello');
    const late = new Caller();
    late.socket.write('late');
    await proxy.pass();
    await caller.hears('held');
    await late.hears('late');
  });

  it('delay: everything is late and in order', async () => {
    const caller = new Caller();
    await caller.says('hello');
    proxy.delay(50);
    caller.socket.write('one ');
    expect(await caller.says('two')).toBeGreaterThanOrEqual(99);
    expect(caller.heard).toBe('helloone two');
  });

  it('ends as the other end ended: a server that resets is a reset, one that is gone is an end', async () => {
    const [first, second] = [new Caller(), new Caller()];
    await first.says('hello');
    await second.says('hello');
    served[0]?.resetAndDestroy();
    served[1]?.destroy();
    expect((await Promise.all([first.ends(), second.ends()])).sort()).toEqual(['ECONNRESET', 'closed']);
  });
});
