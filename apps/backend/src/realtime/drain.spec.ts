import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { canonicalScene, CloseCode, DrainStatus, hintWindow, SceneState } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { BackendConfig, parseConfig } from '@devplatform/runtime/config';
import { SceneSession, type SessionEvent } from '@devplatform/session';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, TestBed } from '../test-bed.ts';
import { RawEditor } from './raw-editor.ts';

/** Leads new connections to one slot and leaves the others alone, as the front door does. */
class Door {
  target: Backend;
  readonly #server: Server;

  constructor(target: Backend) {
    this.target = target;
    this.#server = createServer((client) => {
      const slot = connect(Number(new URL(this.target.url).port), '127.0.0.1');
      const end = (socket: Socket) => () => socket.destroy();
      client.on('error', end(slot)).on('close', end(slot));
      slot.on('error', end(client)).on('close', end(client));
      client.pipe(slot).pipe(client);
    });
  }

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  close(): void {
    this.#server.close();
  }
}

let bed: TestBed;
let slots: { blue: Backend; green: Backend };
let door: Door;
let owner: ApiClient;
let projectId: string;
const sessions: SceneSession[] = [];

beforeAll(async () => {
  bed = await TestBed.open();
  const [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  slots = { blue, green };
  door = await new Door(blue).open();
  owner = await ApiClient.register(blue);
  projectId = ((await owner.post('/projects', { name: 'drain' })).body as { id: string }).id;
}, 60_000);
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await Promise.all((['blue', 'green'] as const).map(drained));
});
afterAll(async () => {
  door.close();
  await bed.close();
});

const control = (slot: 'blue' | 'green', method: string, path: string, body?: object): Promise<Answer> =>
  ApiClient.ofControlPlane(slots[slot], parseConfig(BackendConfig, bed.environment(slot)).INTERNAL_TOKEN).send(method, path, body);
const drain = (from: 'blue' | 'green', more: object = {}): Promise<Answer> =>
  control(from, 'POST', '/drain', { handoverId: randomUUID(), to: from === 'blue' ? 'green' : 'blue', publicUrl: door.url, ...more });
const drained = (slot: 'blue' | 'green'): Promise<DrainStatus> =>
  until(
    async () => {
      const status = DrainStatus.parse((await control(slot, 'GET', '/drain')).body);
      return status.sockets === 0 && status.notYetHinted === 0 && status.appendQueue === 0 ? status : null;
    },
    { what: `${slot} to be left`, deadlineMs: 10_000 },
  );
const scene = async (): Promise<string> =>
  ((await owner.post(`/projects/${projectId}/scenes`, { name: 'scene' })).body as { id: string }).id;

function editor(sceneId: string): { session: SceneSession; events: SessionEvent[] } {
  const session = new SceneSession({
    url: `${door.url.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`,
    token: () => owner.token,
    WebSocket,
  });
  sessions.push(session);
  const events: SessionEvent[] = [];
  session.subscribe((event) => events.push(event));
  return { session, events };
}

describe('hintWindow', () => {
  it('spreads 100 sockets over a second, within 1.5 s and 20 s', () => {
    expect([1, 200, 1000, 10_000].map(hintWindow)).toEqual([1500, 2000, 10_000, 20_000]);
  });
});

describe('Drain', () => {
  it('BG-4: moves editors at work to the other slot and back: nothing lost, nobody offline, one state everywhere', async () => {
    const sceneId = await scene();
    const editors = Array.from({ length: 6 }, () => editor(sceneId));
    await Promise.all(editors.map(({ session }) => session.whenLive()));
    let n = 0;
    const work = setInterval(() => {
      for (const { session } of editors) session.doc.getMap('objects').set(`${session.clientId} ${String((n += 1))}`, n);
    }, 20);
    try {
      for (const from of ['blue', 'green'] as const) {
        door.target = slots[from === 'blue' ? 'green' : 'blue'];
        expect((await drain(from)).status).toBe(200);
        expect(await drained(from)).toMatchObject({ draining: true, forced: 0 });
        await control(from, 'DELETE', '/drain');
      }
    } finally {
      clearInterval(work);
    }
    await Promise.all(editors.map(({ session }) => session.whenSaved()));
    const states = await Promise.all((['blue', 'green'] as const).map((slot) => control(slot, 'GET', `/scenes/${sceneId}/state`)));
    const [blue, green] = states.map(({ body }) => SceneState.parse(body));
    expect(green).toEqual(blue);
    expect(blue?.objects).toBe(n);
    const hash = (session: SceneSession): string => createHash('sha256').update(canonicalScene(session.doc)).digest('hex');
    await until(() => editors.every(({ session }) => hash(session) === blue?.stateHash), { what: 'one state hash', deadlineMs: 5000 });
    for (const { session, events } of editors) {
      expect(events.filter((event) => event.type === 'handover').map(({ from, to }) => `${from} ${to}`)).toEqual([
        'blue green',
        'green blue',
      ]);
      expect(events.filter((event) => event.type === 'offline' || event.type === 'rejected')).toEqual([]);
      const numbers = events.flatMap((event) => (event.type === 'edit' ? event.cseq : []));
      const journal = await bed.sql('SELECT cseq::int FROM scene_update WHERE client_id = $1 ORDER BY seq', [session.clientId]);
      expect(journal.map((row) => (row as { cseq: number }).cseq)).toEqual(numbers);
    }
  }, 30_000);

  it('RT-17: refuses while users would come back to this slot, and hints nobody', async () => {
    door.target = slots.blue;
    const { session, events } = editor(await scene());
    await session.whenLive();
    expect(await drain('blue', { windowMs: 0 })).toMatchObject({ status: 409, body: { code: 'front-door-elsewhere' } });
    expect(await drain('blue', { to: 'blue' })).toMatchObject({ status: 409, body: { code: 'drain-to-itself' } });
    expect((await control('blue', 'GET', '/drain')).body).toMatchObject({ draining: false, sockets: 1 });
    expect(events.map((event) => event.type)).toEqual(['live']);
  });

  it('RT-17: spreads the hints over their window: no herd', async () => {
    const sceneId = await scene();
    door.target = slots.blue;
    const editors = await Promise.all(Array.from({ length: 30 }, () => new RawEditor(door.url, sceneId).open()));
    await Promise.all(editors.map((each) => each.greet({ token: owner.token ?? '' })));
    const hints: number[] = [];
    for (const { socket } of editors)
      socket.on('message', (data: Buffer) => {
        if (data.includes('"drain"')) hints.push(performance.now());
      });
    door.target = slots.green;
    await drain('blue');
    await until(() => hints.length === editors.length, { what: 'a hint for everybody', deadlineMs: 10_000 });
    for (const { socket } of editors) socket.close();
    await drained('blue');
    await control('blue', 'DELETE', '/drain');
    const within100Ms = hints.map((from) => hints.filter((at) => at >= from && at < from + 100).length);
    expect(Math.max(...hints) - Math.min(...hints)).toBeGreaterThanOrEqual(0.8 * hintWindow(editors.length));
    expect(Math.max(...within100Ms)).toBeLessThanOrEqual(0.2 * editors.length);
  });

  it('BG-9: serves who still comes in, takes back what it has not hinted yet, and counts whom it had to cut', async () => {
    const sceneId = await scene();
    door.target = slots.blue;
    const token = owner.token ?? '';
    const [early, patient] = await Promise.all([new RawEditor(door.url, sceneId).open(), new RawEditor(door.url, sceneId).open()]);
    await Promise.all([early.greet({ token }), patient.greet({ token })]);
    door.target = slots.green;
    const handoverId = randomUUID();
    expect((await drain('blue', { handoverId, windowMs: 120_000 })).status).toBe(200);
    expect((await drain('blue', { handoverId, windowMs: 120_000 })).status).toBe(200);
    const late = await new RawEditor(slots.blue.url, sceneId).open();
    expect(await late.greet({ token })).toMatchObject({ draining: true });
    expect(await late.next('drain')).toMatchObject({ handoverId });
    late.edit(1);
    await late.next('ack');
    expect((await control('blue', 'GET', '/drain')).body).toMatchObject({ draining: true, notYetHinted: 1, sockets: 3 });
    expect((await control('blue', 'DELETE', '/drain')).body).toMatchObject({ draining: false, notYetHinted: 0, sockets: 3 });
    expect(patient.said.map((message) => message.type)).toEqual(['welcome']);

    expect((await drain('blue', { windowMs: 0, deadlineMs: 200 })).status).toBe(200);
    await early.next('drain');
    expect(await Promise.all([early.closed, late.closed, patient.closed])).toEqual(Array(3).fill(CloseCode.drainDeadline));
    expect(await drained('blue')).toMatchObject({ forced: 3 });
    await control('blue', 'DELETE', '/drain');
  });
});

describe('a slot that stops without a drain', () => {
  it('RT-2: writes and acknowledges what it has, and sends everybody away to come again', async () => {
    const sceneId = await scene();
    const leaving = await bed.start('green');
    door.target = leaving;
    const { session, events } = editor(sceneId);
    await session.whenLive();
    session.doc.getMap('objects').set('last', 1);
    door.target = slots.blue;
    await leaving.lifecycle.stop('test');
    await until(() => session.slot === 'blue', { what: 'the session on blue', deadlineMs: 5000 });
    await session.whenSaved();
    expect(events).toContainEqual({ type: 'offline', code: CloseCode.drainDeadline });
    const state = await control('blue', 'GET', `/scenes/${sceneId}/state`);
    expect(SceneState.parse(state.body).objects).toBe(1);
  });
});
