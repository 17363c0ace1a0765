import { once } from 'node:events';
import { request as httpRequest, createServer, type IncomingMessage, type Server } from 'node:http';
import { createConnection, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Slot } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import type { TrafficCounts } from '@devplatform/rollout-engine';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { FrontDoorState } from './front-door-client.ts';
import { OpenDoor } from './spec-support/open-door.ts';

let open: OpenDoor;
let slot: ScriptedSlot;

beforeEach(async () => {
  open = await OpenDoor.start();
  slot = await ScriptedSlot.start();
  await route('blue', slot.url);
});
afterEach(async () => {
  slot[Symbol.dispose]();
  await open[Symbol.asyncDispose]();
});

describe('what the front door counts of a slot', () => {
  it('OBS-1: answers with 5xx, its own 502 and answers that broke off are server errors; 4xx are not', async () => {
    for (const status of [200, 404, 429, 500, 503]) expect((await fetch(`${open.url}/api/status/${status}`)).status).toBe(status);
    expect((await fetch(`${open.url}/status/500`)).status).toBe(500);
    expect(await counted('blue', 6)).toMatchObject({ serverErrors: 3 });
    expect((await fetch(`${open.url}/api/hang-up`)).status).toBe(502);
    expect(await counted('blue', 7)).toMatchObject({ serverErrors: 4 });
    await expect(fetch(`${open.url}/api/break-off`).then((response) => response.text())).rejects.toThrow();
    await expect(fetch(`${open.url}/api/break-off-at-once`).then((response) => response.text())).rejects.toThrow();
    expect(await counted('blue', 9)).toMatchObject({ serverErrors: 6 });
    await route('blue', await closedUrl());
    expect((await fetch(`${open.url}/api/status/200`)).status).toBe(502);
    expect(await counted('blue', 10)).toMatchObject({ serverErrors: 7 });
    expect(await counted('green', 0)).toMatchObject({ serverErrors: 0, requests: 0 });
  });

  it('OBS-2: a client that went away before its answer, or during it, makes no server error and is not timed', async () => {
    for (const path of ['/api/held', '/api/endless']) {
      const abandoned = httpRequest(`${open.url}${path}`).on('error', () => undefined);
      abandoned.end();
      if (path === '/api/endless') await once((await once(abandoned, 'response'))[0] as IncomingMessage, 'data');
      else await slot.held(1);
      abandoned.destroy();
    }
    const uploading = httpRequest(`${open.url}/api/held`, { method: 'PUT', headers: { 'content-length': 100 } });
    uploading.on('error', () => undefined).write('a');
    await slot.held(2);
    uploading.destroy();
    const reset = createConnection(Number(new URL(open.url).port), '127.0.0.1');
    reset.write('GET /api/held HTTP/1.1\r\nhost: here\r\n\r\n');
    await slot.held(3);
    reset.resetAndDestroy();
    const { serverErrors, latency } = await counted('blue', 4);
    // The endless answer did begin.
    expect([serverErrors, total(latency)]).toEqual([0, 1]);
  });

  it('OBS-3: times the answers of the API, up to their headers, and neither pages, files, uploads nor long polls', async () => {
    const asked = performance.now();
    const held = fetch(`${open.url}/api/held`);
    await slot.held(1);
    const began = performance.now();
    await until(() => performance.now() - began > 55, { what: '55 ms', deadlineMs: 2000 });
    slot.release();
    await (await held).text();
    const tookHere = performance.now() - asked;
    const { boundsMs, counts } = (await counted('blue', 1)).latency;
    expect(counts).toHaveLength(boundsMs.length + 1);
    const bucket = counts.indexOf(1);
    expect(total({ counts })).toBe(1);
    expect(boundsMs[bucket - 1]).toBeGreaterThanOrEqual(50);
    expect(boundsMs[bucket - 1]).toBeLessThan(tookHere);

    const large = { method: 'PUT', body: Buffer.alloc(100_000) };
    const untimed = [`/status/200`, `/devplatform/key`, `/api/status/200?wait=30`, `/api/status/200?after=1&wait=5`];
    for (const path of untimed) await (await fetch(`${open.url}${path}`)).text();
    await (await fetch(`${open.url}/api/status/200`, large)).text();
    expect(total((await counted('blue', 5)).latency)).toBe(1);
    expect(total((await open.client.state()).store.counts?.latency)).toBe(0);
    for (const path of [`/api/status/200?wait=0`, `/api/status/200?await=1`]) await (await fetch(`${open.url}${path}`)).text();
    expect(total((await counted('blue', 7)).latency)).toBe(3);
  });

  it('OBS-4: an upgrade has failed with 5xx, without an answer, or cut off; not with 4xx, nor where its client went first', async () => {
    await upgrade('/ws/refuse/404');
    expect(await upgradesOf('blue', 1)).toBe(0);
    await upgrade('/ws/refuse/503');
    expect(await upgradesOf('blue', 2)).toBe(1);
    await upgrade('/ws/hang-up');
    expect(await upgradesOf('blue', 3)).toBe(2);

    const gone = new WebSocket(`${open.url.replace('http', 'ws')}/ws/held`);
    gone.on('error', () => undefined);
    await slot.held(1);
    gone.terminate();
    await until(() => open.door.traffic.blue.sockets === 0, { what: 'the client to have gone', deadlineMs: 5000 });

    const { url } = open.upstreams.blue;
    await open.client.activate({ slot: 'blue', routes: { backend: url, frontend: url }, fence: 1 });
    const socket = new WebSocket(`${open.url.replace('http', 'ws')}/ws/scenes`);
    await once(socket, 'open');
    socket.send('crash');
    await once(socket, 'close');
    expect(await upgradesOf('blue', 4)).toBe(2);
    await route('blue', await closedUrl());
    await upgrade('/ws/anything');
    expect(await upgradesOf('blue', 5)).toBe(3);
    expect(await counted('blue', 0)).toMatchObject({ requests: 0 });
  });

  it('OBS-5: an answer that began before the switch belongs to the slot that gave it', async () => {
    const held = fetch(`${open.url}/api/held/500`);
    await slot.held(1);
    await open.activate('green');
    await (await fetch(`${open.url}/api`)).text();
    expect(await counted('green', 1)).toMatchObject({ serverErrors: 0 });
    expect(await counted('blue', 0)).toMatchObject({ requests: 0, serverErrors: 0 });
    slot.release();
    expect((await held).status).toBe(500);
    const blue = await counted('blue', 1);
    expect([blue.serverErrors, total(blue.latency)]).toEqual([1, 1]);
    expect(await counted('green', 1)).toMatchObject({ requests: 1, serverErrors: 0 });
  });

  it('OBS-6: a front door that was started before it counted this still says its state', async () => {
    const state = await open.client.state();
    const old = (({ requests, inFlight, sockets, lastAnswerAt }) => ({ requests, inFlight, sockets, lastAnswerAt }))(state.perSlot.blue);
    const answer = FrontDoorState.parse({ ...state, perSlot: { blue: old, green: old }, store: old });
    expect(answer.perSlot.blue).toEqual({ ...old, counts: null });
    expect(state.perSlot.blue.counts?.since).toMatch(/^\d{4}-/);
  });
});

const route = (name: Slot, url: string): Promise<unknown> =>
  open.client.activate({ slot: name, routes: { backend: url, frontend: url }, fence: 1 });

/** As soon as so many requests have ended at the front door, which is a moment after they have ended here. */
async function counted(name: Slot, requests: number): Promise<TrafficCounts> {
  const traffic = open.door.traffic[name];
  await until(() => traffic.counts.requests >= requests && traffic.inFlight <= slot.waiting, {
    what: `${requests} requests to be counted in ${name}`,
    deadlineMs: 5000,
  });
  const { counts } = (await open.client.state()).perSlot[name];
  if (counts === null) throw new Error('the front door counts nothing');
  expect(counts.requests).toBe(requests);
  return counts;
}

async function upgradesOf(name: Slot, upgrades: number): Promise<number> {
  const { counts } = open.door.traffic[name];
  await until(() => counts.upgrades >= upgrades, { what: `${upgrades} upgrades to be counted`, deadlineMs: 5000 });
  expect(counts.upgrades).toBe(upgrades);
  return counts.upgradesFailed;
}

const total = (latency: { readonly counts: readonly number[] } | undefined): number =>
  latency?.counts.reduce((sum, count) => sum + count, 0) ?? Number.NaN;

/** Until it is refused. */
async function upgrade(path: string): Promise<void> {
  const socket = new WebSocket(`${open.url.replace('http', 'ws')}${path}`);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  await text(response);
}

async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

/** A slot that does what the path says. */
class ScriptedSlot implements Disposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #arrived = 0;
  #held: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ScriptedSlot> {
    const server = createServer();
    const scripted = new ScriptedSlot(server);
    server.on('connection', (socket: Socket) => scripted.#sockets.add(socket));
    server.on('request', (request, response) => {
      const [action = '', argument = '200'] = (request.url ?? '').replace('/api', '').split('?')[0]?.split('/').slice(1) ?? [];
      const answer = (): unknown => response.writeHead(Number(argument), { 'content-type': 'text/plain' }).end('said');
      if (action === 'held') scripted.#hold(answer);
      else if (action === 'hang-up') request.socket.destroy();
      else if (action === 'break-off') response.writeHead(200, { 'content-length': 100 }).write('half', () => request.socket.destroy());
      else if (action === 'break-off-at-once') {
        response.writeHead(200, { 'content-length': 100 }).flushHeaders();
        setImmediate(() => request.socket.destroy());
      } else if (action === 'endless') response.writeHead(200, { 'content-length': 100 }).write('half');
      else request.resume().on('end', answer);
    });
    server.on('upgrade', (request, socket) => {
      const [, action, status] = (request.url ?? '').slice(1).split('/');
      if (action === 'refuse') socket.end(`HTTP/1.1 ${status ?? ''} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      else if (action === 'held') scripted.#hold(() => undefined);
      else socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests that wait for `release`. */
  get waiting(): number {
    return this.#held.length;
  }

  held(count: number): Promise<unknown> {
    return until(() => this.#arrived >= count, { what: `${count} requests to arrive`, deadlineMs: 5000 });
  }

  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  #hold(answer: () => void): void {
    this.#arrived += 1;
    this.#held.push(answer);
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
