import { CloseCode } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { SceneSession, type SessionEvent } from '@devplatform/session';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import type { Backend } from '../backend.ts';
import { ApiClient, TestBed } from '../test-bed.ts';
import { RawEditor } from './raw-editor.ts';
import { askBefore } from './token-watch.ts';

let bed: TestBed;
let blue: Backend;
let owner: ApiClient;
let sceneId: string;

beforeAll(async () => {
  bed = await TestBed.open();
  blue = await bed.start('blue');
  owner = await ApiClient.register(blue);
  const project = (await owner.post('/projects', { name: 'tokens' })).body.id;
  sceneId = (await owner.post(`/projects/${project}/scenes`, { name: 'scene' })).body.id;
});
afterAll(() => bed.close());

/** The owner's, as the server makes them, for a life that no configuration allows. */
const tokenFor = (seconds: number): Promise<string> =>
  new SignJWT({ name: 'Ada', sub: owner.userId ?? '', iss: 'devplatform' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.ceil(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode('devplatform-development-secret-not-for-production'));

describe('askBefore', () => {
  it('is a minute, 30 s and 10 s before the end, and the same in proportion for a token of less than two minutes', () => {
    expect(askBefore(12 * 3_600_000)).toEqual([60_000, 30_000, 10_000]);
    expect(askBefore(60_000)).toEqual([30_000, 15_000, 5000]);
  });
});

describe('a token that runs out in mid-session', () => {
  it('RT-14: is asked for three times in good time, and the connection is closed for good when none came', async () => {
    const editor = await new RawEditor(blue.url, sceneId).open();
    await editor.greet({ token: await tokenFor(1) });
    await until(() => editor.socket.readyState === WebSocket.CLOSED, { what: 'the server to close', deadlineMs: 15_000 });
    expect(await editor.closed).toBe(CloseCode.unauthenticated);
    const asks = editor.said.flatMap((said) => (said.type === 'drain' ? said : []));
    expect(asks.map(({ reason }) => reason)).toEqual(['token', 'token', 'token']);
    const left = asks.map(({ deadline }) => deadline);
    expect(left).toEqual([...left].sort((a, b) => b - a));
    expect(Math.min(...left)).toBeGreaterThan(0);
  });

  it('RT-14: is renewed by a session that can have a fresh one, without a drop, as often as it takes', async () => {
    const session = new SceneSession({
      url: `${blue.url.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`,
      token: () => tokenFor(1),
      WebSocket,
    });
    const events: SessionEvent[] = [];
    session.subscribe((event) => events.push(event));
    const lives = (): number => events.filter(({ type }) => type === 'live').length;
    await until(() => lives() === 4, { what: 'three renewals', deadlineMs: 20_000 });
    session.doc.getMap('objects').set('written after the first tokens have run out', 1);
    await session.whenSaved();
    expect(events.filter(({ type }) => type !== 'live' && type !== 'peers').map(({ type }) => type)).toEqual(['edit', 'saved']);
    await session.close();
  });
});
