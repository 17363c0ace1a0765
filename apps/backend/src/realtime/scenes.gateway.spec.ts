import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import { CloseCode, FRAME_RATE, MAX_FRAME_BYTES } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Backend } from '../backend.ts';
import { ApiClient, TestBed } from '../test-bed.ts';
import { RawEditor } from './raw-editor.ts';

let bed: TestBed;
let blue: Backend;
let owner: ApiClient;
let sceneId: string;
let publicSceneId: string;
const editors: RawEditor[] = [];

beforeAll(async () => {
  bed = await TestBed.open();
  blue = await bed.start('blue');
  owner = await ApiClient.register(blue);
  sceneId = await scene('private');
  publicSceneId = await scene('public');
}, 60_000);
afterAll(async () => {
  for (const { socket } of editors) socket.terminate();
  await bed.close();
});

async function scene(visibility: string): Promise<string> {
  const project = await owner.post('/projects', { name: visibility, visibility });
  const created = await owner.post(`/projects/${(project.body as { id: string }).id}/scenes`, { name: 'scene' });
  return (created.body as { id: string }).id;
}

async function connect(id = sceneId): Promise<RawEditor> {
  const editor = new RawEditor(blue.url, id);
  editors.push(editor);
  return editor.open();
}
async function enter(): Promise<RawEditor> {
  const editor = await connect();
  await editor.greet({ token: owner.token ?? '' });
  return editor;
}
/** The code with which the server ended it. */
async function endOf({ socket, closed }: RawEditor): Promise<number> {
  await until(() => socket.readyState === WebSocket.CLOSED, { what: 'the server to end the connection', deadlineMs: 10_000 });
  return closed;
}
const journalled = async (): Promise<number> =>
  (await bed.sql('SELECT FROM scene_update WHERE scene_id = ANY($1)', [[sceneId, publicSceneId]])).length;

describe('/ws/scenes/:id', () => {
  it('says slot and release with the upgrade and in the welcome', async () => {
    const editor = new RawEditor(blue.url, sceneId);
    editors.push(editor);
    expect(await editor.headers).toMatchObject({ 'x-api-version': '1.3.0', 'x-slot': 'blue' });
    expect(await editor.greet({ token: owner.token ?? '' })).toMatchObject({ slot: 'blue', release: '1.3.0', proto: 2, canEdit: true });
  });

  it('acknowledges what is in the journal, and says when only to who speaks protocol 2', async () => {
    const editor = await connect();
    await editor.greet({ token: owner.token ?? '', proto: [1, 1] });
    editor.edit(1);
    expect(await editor.next('ack')).toEqual({ type: 'ack', upto: 1 });
    expect(await bed.sql('SELECT FROM scene_update WHERE client_id = $1', [editor.clientId])).toHaveLength(1);
    const newer = await enter();
    newer.edit(1);
    expect(await newer.next('ack')).toEqual({ type: 'ack', upto: 1, at: expect.any(Number) });
  });

  it('names a hole once', async () => {
    const editor = await enter();
    editor.edit(2);
    editor.edit(3);
    await editor.next('gap');
    editor.edit(1);
    await editor.next('ack');
    expect(editor.said.filter((message) => message.type === 'gap')).toEqual([{ type: 'gap', expected: 1 }]);
  });

  it('lets a viewer look, and refuses the edit without losing the viewer', async () => {
    const before = await journalled();
    const viewer = await connect(publicSceneId);
    expect((await viewer.greet()).canEdit).toBe(false);
    viewer.edit(1);
    expect(await viewer.next('reject')).toMatchObject({ code: 'forbidden', retry: false });
    expect(viewer.socket.readyState).toBe(WebSocket.OPEN);
    expect(await journalled()).toBe(before);
  });

  it.each<[string, number, (editor: RawEditor) => void]>([
    [
      'text that is no JSON',
      CloseCode.malformed,
      (editor) => {
        editor.send('hello?');
      },
    ],
    [
      'a message of no known type',
      CloseCode.malformed,
      (editor) => {
        editor.send({ type: 'drop table' });
      },
    ],
    [
      'a presence before the hello',
      CloseCode.malformed,
      (editor) => {
        editor.send({ type: 'presence', sessionId: randomUUID(), state: {} });
      },
    ],
    [
      'an edit before the hello',
      CloseCode.malformed,
      (editor) => {
        editor.edit(1);
      },
    ],
    [
      'a hello for another scene',
      CloseCode.malformed,
      (editor) => {
        editor.hello({ scene: randomUUID() });
      },
    ],
    [
      'a protocol that nobody speaks any more',
      CloseCode.noCommonProtocol,
      (editor) => {
        editor.hello({ proto: [7, 9] });
      },
    ],
    [
      'a wrong token',
      CloseCode.unauthenticated,
      (editor) => {
        editor.hello({ token: 'x' });
      },
    ],
    [
      'no token for a private scene',
      CloseCode.unknownScene,
      (editor) => {
        editor.hello();
      },
    ],
    [
      'a frame beyond the limit',
      1009,
      (editor) => {
        editor.send('x'.repeat(MAX_FRAME_BYTES + 1));
      },
    ],
  ])('closes at %s with %i', async (_, code, speak) => {
    const editor = await connect();
    speak(editor);
    expect(await endOf(editor)).toBe(code);
  });

  it.each<[string, number, (editor: RawEditor) => void]>([
    [
      'an update that is no Yjs update',
      CloseCode.malformed,
      (editor) => {
        editor.edit(1, Buffer.from('DROP TABLE scene'));
      },
    ],
    [
      'a binary frame of no known kind',
      CloseCode.malformed,
      (editor) => {
        editor.socket.send(Buffer.of(99, 1, 2));
      },
    ],
    [
      'a second hello',
      CloseCode.malformed,
      (editor) => {
        editor.hello();
      },
    ],
    [
      'too many frames',
      CloseCode.tooFast,
      (editor) => {
        for (let i = 0; i <= FRAME_RATE.burst + 100; i += 1) editor.send({ type: 'bye' });
      },
    ],
  ])('BG-40: closes at %s with %i and journals nothing', async (_, code, speak) => {
    const before = await journalled();
    const editor = await enter();
    speak(editor);
    expect(await endOf(editor)).toBe(code);
    expect(await journalled()).toBe(before);
  });

  it('passes presence on, tells newcomers who is there, and refuses a presence that is too large', async () => {
    const [a, b] = [await enter(), await enter()];
    const sessionId = randomUUID();
    a.send({ type: 'presence', sessionId, state: { name: 'Ada' } });
    expect(await b.next('presence')).toEqual({ type: 'presence', sessionId, state: { name: 'Ada' } });
    expect(await (await enter()).next('presence')).toMatchObject({ sessionId });
    a.send({ type: 'presence', sessionId, state: { name: 'x'.repeat(5000) } });
    expect(await a.next('reject')).toMatchObject({ code: 'presence-too-large' });
  });

  it('brings a newcomer from the snapshot to the head', async () => {
    const id = await scene('private');
    const editor = await connect(id);
    await editor.greet({ token: owner.token ?? '' });
    editor.edit(1);
    await editor.next('ack');
    await bed.sql(
      `INSERT INTO scene_snapshot (scene_id, seq, payload, sha256) SELECT scene_id, seq, payload, '' FROM scene_update WHERE scene_id = $1`,
      [id],
    );
    await bed.sql('DELETE FROM scene_update WHERE scene_id = $1', [id]);
    editor.edit(2);
    await until(() => editor.said.filter((message) => message.type === 'ack').length === 2, { what: 'the second ack', deadlineMs: 5000 });
    const newcomer = await connect(id);
    const frames: number[] = [];
    newcomer.socket.on('message', (data: Buffer, binary) => {
      if (binary) frames.push(data[0] ?? 0, data[1] ?? 0);
    });
    expect(await newcomer.greet({ token: owner.token ?? '' })).toMatchObject({ mode: 'snapshot', headSeq: 2 });
    await until(() => frames.length === 4, { what: 'snapshot and update', deadlineMs: 5000 });
    expect(frames).toEqual([3, 1, 2, 2]);
  });
});

describe('/ws/test', () => {
  it('says who it is and echoes text and bytes', async () => {
    const socket = new WebSocket(`${blue.url.replace(/^http/, 'ws')}/ws/test`);
    const said: string[] = [];
    socket.on('message', (data: Buffer, binary) => said.push(`${binary ? 'bytes' : 'text'} ${data.toString()}`));
    await once(socket, 'open');
    socket.send('over');
    socket.send(Buffer.from('and out'));
    await until(() => said.length === 3, { what: 'both echoes', deadlineMs: 5000 });
    expect(said).toEqual([`text ${JSON.stringify({ type: 'hello', slot: 'blue', release: '1.3.0' })}`, 'text over', 'bytes and out']);
    socket.close();
    await once(socket, 'close');
  });
});

describe('any other address', () => {
  it('that is no address at all is 404 too', async () => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const request = get({ host: '127.0.0.1', port: new URL(blue.url).port, path: '//', headers, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(404);
    answer.resume();
  });

  it.each(['/ws/unknown', '/ws/scenes/', '/ws/scenes/a/b', '/'])('%s is 404', async (path) => {
    const socket = new WebSocket(`${blue.url.replace(/^http/, 'ws')}${path}`);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('404');
  });
});
