import { once } from 'node:events';
import { Agent, get, request as httpRequest, type IncomingMessage } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Problem } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { OpenDoor } from './spec-support/open-door.ts';
import { Upstream, type Seen } from './spec-support/upstream.ts';

const CLIENTS = 16;
const SOCKETS = 50;

describe('the front door', () => {
  it('sends the API and sockets to the backend, the bucket to the store, everything else to the frontend', async () => {
    await using open = await OpenDoor.start();
    const { blue, green, store } = open.upstreams;
    await open.client.activate({ slot: 'blue', routes: { backend: blue.url, frontend: green.url }, fence: 1 });
    const by = async (path: string): Promise<string> => (await see(`${open.url}${path}`)).by;
    expect(await by('/api/v1/projects?limit=1')).toBe(blue.name);
    expect(await by('/api')).toBe(blue.name);
    expect(await by('/apiary')).toBe(green.name);
    expect(await by('/')).toBe(green.name);
    expect(await by('/devplatform/uploads/1?X-Amz-Signature=x')).toBe(store.name);
    expect(await by('/devplatform-other')).toBe(green.name);
    expect(await echo(await connect(open), 'hello')).toBe('blue hello');
  });

  it('switches under load without an error, over kept connections without retries and over sockets', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => connect(open)));
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const answers: Record<string, number> = {};
    const errors: string[] = [];
    let over = false;
    const client = async (): Promise<void> => {
      while (!over) {
        await answeredBy(`${open.url}/api/v1/health`, agent).then(
          (by) => (answers[by] = (answers[by] ?? 0) + 1),
          (error: unknown) => errors.push(String(error)),
        );
      }
    };
    const load = Promise.all(Array.from({ length: CLIENTS }, client));
    for (const [turn, slot] of (['green', 'blue', 'green', 'blue', 'green'] as const).entries()) {
      await open.activate(slot);
      const before = answers[slot] ?? 0;
      await until(() => (answers[slot] ?? 0) > before + 100, { what: `${slot} to answer in turn ${turn}`, deadlineMs: 10_000 });
      expect(await Promise.all(sockets.map((socket) => echo(socket, 'still here')))).toEqual(sockets.map(() => 'blue still here'));
    }
    over = true;
    await load;
    agent.destroy();
    expect(errors).toEqual([]);
    expect(open.door.traffic.blue).toMatchObject({ inFlight: 0, sockets: SOCKETS, requests: answers.blue });
    expect(open.door.traffic.green).toMatchObject({ inFlight: 0, sockets: 0, requests: answers.green });
    sockets.forEach((socket) => {
      socket.terminate();
    });
  });

  it('answers from the new slot as soon as the switch is confirmed', async () => {
    await using open = await OpenDoor.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const slot of ['blue', 'green', 'blue'] as const) {
      await open.activate(slot);
      expect(await answeredBy(`${open.url}/api`, agent)).toBe(slot);
      expect(await answeredBy(`${open.url}/`)).toBe(slot);
    }
    agent.destroy();
  });

  it('leaves an upload that is under way with its slot', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const upload = httpRequest(`${open.url}/api/parts`, { method: 'PUT' });
    const response = once(upload, 'response');
    for (let sent = 0; sent < 20; sent += 1) {
      if (sent === 10) await open.activate('green');
      if (!upload.write(chunk)) await once(upload, 'drain');
    }
    upload.end();
    const [answer] = (await response) as [IncomingMessage];
    expect(await json(answer)).toMatchObject({ by: 'blue', bytes: 20 * chunk.length });
  });

  it('keeps the Host header, says where a request came from, and believes nobody who says so himself', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const { host } = new URL(open.url);
    const forged = { 'x-forwarded-for': '8.8.8.8', 'x-request-id': 'a b', 'x-forwarded-proto': 'https' };
    const { headers } = await see(`${open.url}/api`, forged);
    expect(headers).toMatchObject({ host, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': host, 'x-forwarded-proto': 'http' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect((await see(`${open.url}/api`, { 'x-request-id': 'demo:7' })).headers['x-request-id']).toBe('demo:7');
    expect((await see(`${open.url}/devplatform/key`)).headers.host).toBe(host);
  });

  it('keeps the connection of a client whose slot closes its own', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await answer(`${open.url}/api/draining`, agent);
    const next = get(`${open.url}/api`, { agent });
    await text((await once(next, 'response'))[0] as IncomingMessage);
    agent.destroy();
    expect(next.reusedSocket).toBe(true);
  });

  it('says 503 while no slot is active, and still serves the store', async () => {
    await using open = await OpenDoor.start();
    const response = await fetch(open.url);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(Problem.parse(await response.json()).code).toBe('no-active-slot');
    expect((await see(`${open.url}/devplatform/key`)).by).toBe('store');
    expect(await refusal(open)).toBe(503);
  });

  it('says 502 when the slot does not answer', async () => {
    await using open = await OpenDoor.start();
    const gone = await Upstream.start('gone');
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    await open.client.activate({ slot: 'blue', routes: { backend: url, frontend: url }, fence: 1 });
    const response = await fetch(`${open.url}/api`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(502);
    expect(Problem.parse(await response.json()).code).toBe('slot-unreachable');
    expect(await refusal(open)).toBe(502);
  });

  it('gives up a request whose client is gone', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const abandoned = httpRequest(`${open.url}/api`, { method: 'POST', headers: { 'content-length': 100 } });
    abandoned.on('error', () => undefined).write('a');
    await until(() => open.door.traffic.blue.inFlight === 1, { what: 'the request to arrive', deadlineMs: 2000 });
    abandoned.destroy();
    await until(() => open.door.traffic.blue.inFlight === 0, { what: 'the request to end', deadlineMs: 2000 });
    expect(open.door.traffic.blue.lastAnswerAt).toBeNull();
  });

  it('passes close codes both ways', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const first = await connect(open);
    first.send('close 4001');
    const [code, reason] = (await once(first, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4001, 'as asked']);

    const second = await connect(open);
    const [behind] = [...open.upstreams.blue.sockets.clients];
    if (behind === undefined) throw new Error('no socket arrived');
    second.close(4321);
    expect((await once(behind, 'close'))[0]).toBe(4321);
  });

  it('closes the client of a socket whose slot crashed, and the slot of a client that vanished', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const socket = await connect(open);
    socket.send('crash');
    expect((await once(socket, 'close'))[0]).toBe(1006);

    const vanishing = await connect(open);
    const [behind] = [...open.upstreams.blue.sockets.clients];
    if (behind === undefined) throw new Error('no socket arrived');
    vanishing.terminate();
    await once(behind, 'close');
    await until(() => open.door.traffic.blue.sockets === 0, { what: 'the sockets to be counted out', deadlineMs: 2000 });
  });

  it('lets running requests end when it is closed', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    const socket = await connect(open);
    const slow = httpRequest(`${open.url}/api`, { method: 'POST', agent: new Agent({ keepAlive: true }) });
    slow.write('a');
    await until(() => open.door.traffic.blue.inFlight === 1, { what: 'the request to arrive', deadlineMs: 2000 });
    const response = once(slow, 'response');
    const closed = open.door.close(10_000);
    await once(socket, 'close');
    await nextTurn();
    slow.end('b');
    const [answered] = (await response) as [IncomingMessage];
    expect(answered.headers.connection).toBe('close');
    expect(await json(answered)).toMatchObject({ bytes: 2 });
    await closed;
  });
});

async function see(url: string, headers: Record<string, string> = {}): Promise<Seen> {
  return (await fetch(url, { headers }).then((response) => response.json())) as Seen;
}

/** Read to its end. Rejects on any error of the connection; never tries again. */
async function answer(url: string, agent?: Agent): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent: agent ?? false }), 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode ?? 0}`);
  await text(response);
  return response;
}

async function answeredBy(url: string, agent?: Agent): Promise<string> {
  return String((await answer(url, agent)).headers['x-slot']);
}

async function connect({ url }: OpenDoor): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/test`);
  await once(socket, 'open');
  return socket;
}

async function echo(socket: WebSocket, message: string): Promise<string> {
  const answered = once(socket, 'message');
  socket.send(message);
  return ((await answered)[0] as Buffer).toString();
}

/** Status with which an upgrade is refused. */
async function refusal({ url }: OpenDoor): Promise<number | undefined> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/test`);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  return response.statusCode;
}
