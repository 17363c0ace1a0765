import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloseCode, encodeFrame, FRAME_RATE, MAX_FRAME_BYTES, PROTOCOL_WINDOW } from '@devplatform/contracts';
import { LocalEnvironment, Platform } from '@devplatform/harness';
import { SceneSession } from '@devplatform/session';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { RELEASES } from './releases.ts';

describe('a connection that misbehaves', () => {
  let environment: LocalEnvironment;
  let platform: Platform;
  let sceneId: string;
  let witness: SceneSession;
  let disturbances: string[];

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    platform = await Platform.register(environment.publicUrl);
    sceneId = (await platform.createScene((await platform.createProject('Frames')).id, 'Frames')).id;
    witness = new SceneSession({ url: url(), token: platform.token, WebSocket });
    await witness.whenLive();
    disturbances = [];
    witness.subscribe(({ type }) => {
      if (type === 'offline' || type === 'rejected' || type === 'closed') disturbances.push(type);
    });
  }, 90_000);

  afterAll(async () => {
    await witness.close();
    await environment[Symbol.asyncDispose]();
  }, 60_000);

  const url = (scene = sceneId): string => `${environment.publicUrl.replace('http', 'ws')}/ws/scenes/${scene}`;
  const hello = (changes: object = {}): string =>
    JSON.stringify({
      ...{ type: 'hello', proto: PROTOCOL_WINDOW, release: 'test', token: platform.token, scene: sceneId, clientId: randomUUID() },
      ...{ sessionId: randomUUID(), epoch: null, lastSeq: 0, nextCseq: 1, reason: 'open', ...changes },
    });
  const edit = (cseq: number): Uint8Array => encodeFrame({ kind: 'update', cseq, payload: Y.encodeStateAsUpdate(new Y.Doc()) });

  interface Outcome {
    /** With which the server closed the connection. */
    readonly code: number;
    /** What an editor in the same scene noticed of it. */
    readonly disturbances: readonly string[];
  }

  /** Sends the frames over a connection of its own, then lets the witness edit. */
  const misbehave = async (frames: readonly (string | Uint8Array)[], scene?: string): Promise<Outcome> => {
    const socket = new WebSocket(url(scene));
    socket.on('error', () => undefined);
    await once(socket, 'open');
    const [first = '', ...rest] = frames;
    socket.send(first);
    if (rest.length > 0) await once(socket, 'message');
    for (const frame of rest) socket.send(frame);
    const [code] = (await once(socket, 'close')) as [number];
    witness.doc.getMap('objects').set(randomUUID(), new Y.Map([['name', 'witness']]));
    await witness.whenSaved();
    return { code, disturbances };
  };
  const closedWith = (code: number): Outcome => ({ code, disturbances: [] });

  it.each([
    ['text that is no JSON', () => ['{']],
    ['a message of an unknown type', () => ['{"type":"sudo"}']],
    ['a hello that lacks what it must say', () => ['{"type":"hello"}']],
    ['an edit before the hello', () => [edit(1)]],
    ['a binary frame of an unknown kind', () => [hello(), new Uint8Array([99, 1, 2])]],
    ['a frame that ends in its middle', () => [hello(), edit(1).subarray(0, 3)]],
    ['an edit that is no Yjs update', () => [hello(), encodeFrame({ kind: 'update', cseq: 1, payload: new Uint8Array([255, 255, 255]) })]],
  ])('BG-40: %s is malformed', async (_what, frames) => {
    expect(await misbehave(frames())).toEqual(closedWith(CloseCode.malformed));
  });

  it('BG-40: an oversized frame is refused', async () => {
    expect(await misbehave([hello(), new Uint8Array(MAX_FRAME_BYTES + 1)])).toEqual(closedWith(1009));
  });

  it('BG-40: a token that is not valid is unauthenticated', async () => {
    expect(await misbehave([hello({ token: 'not.a.token' })])).toEqual(closedWith(CloseCode.unauthenticated));
  });

  it('BG-40: no token at all is no way into a private scene', async () => {
    expect(await misbehave([hello({ token: undefined })])).toEqual(closedWith(CloseCode.unknownScene));
  });

  it('BG-40: a scene that does not exist is refused', async () => {
    const other = randomUUID();
    expect(await misbehave([hello({ scene: other })], other)).toEqual(closedWith(CloseCode.unknownScene));
  });

  it('BG-40: another scene than that of the address is malformed', async () => {
    expect(await misbehave([hello({ scene: randomUUID() })])).toEqual(closedWith(CloseCode.malformed));
  });

  it('BG-40: a protocol that only the future speaks is refused', async () => {
    expect(await misbehave([hello({ proto: [900, 901] })])).toEqual(closedWith(CloseCode.noCommonProtocol));
  });

  it('BG-40: too many frames are too fast', async () => {
    const presence = JSON.stringify({ type: 'presence', sessionId: randomUUID(), state: {} });
    const flood = Array.from({ length: 3 * FRAME_RATE.burst }, () => presence);
    expect(await misbehave([hello(), ...flood])).toEqual(closedWith(CloseCode.tooFast));
  });
});
