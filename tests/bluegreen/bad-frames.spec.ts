import { deepEqual } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CloseCode, encodeFrame, MAX_FRAME_BYTES, Membership, Token } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { brokenOf, LocalEnvironment, Platform, query, SceneEditor } from '@devplatform/harness';
import * as Y from 'yjs';
import { drainStatus } from './drain-status.ts';
import { RELEASES } from './releases.ts';
import { RawClient, updateFrame } from './raw-client.ts';

const SOON = { deadlineMs: 10_000 };

describe('frames that a client must not send', () => {
  let environment: LocalEnvironment;
  let owner: Platform;
  let projectId: string;
  let sceneId: string;
  /** Edits in the scene all the while, and must not notice anything. */
  let witness: SceneEditor;
  let accepted: readonly string[];
  const clients: RawClient[] = [];

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    await environment.deploy('green', 'v1.3.0');
    owner = await Platform.register(environment.publicUrl);
    projectId = (await owner.createProject('Bad frames')).id;
  }, 90_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  beforeEach(async () => {
    sceneId = (await owner.createScene(projectId, 'Scene')).id;
    witness = new SceneEditor({ publicUrl: environment.publicUrl, sceneId, token: owner.token });
    witness.addObject('there before');
    await witness.session.whenSaved();
    accepted = await journal();
  });

  /** Whatever a test did: what was accepted before is as it was, and the witness edits on as if nothing had happened. */
  afterEach(async () => {
    deepEqual((await journal()).slice(0, accepted.length), accepted);
    witness.addObject('there afterwards');
    await witness.session.whenSaved();
    let broken: readonly string[] = [];
    const holds = async (): Promise<boolean> => (broken = await brokenOf(environment, [sceneId], [witness.record()])).length === 0;
    await until(holds, { what: 'all sides to agree', ...SOON }).catch(() => undefined);
    deepEqual(broken, []);
    const { offline, rejected, arrivals } = witness.record();
    deepEqual({ offline, rejected, arrivals: arrivals.length }, { offline: [], rejected: [], arrivals: 1 });
    for (const { socket } of clients.splice(0)) socket.terminate();
    await witness.close();
  });

  /** The scene's journal, a line an edit. */
  const journal = async (): Promise<readonly string[]> => {
    const { databaseUrl } = await environment.parts();
    const sql = `SELECT seq || ' ' || client_id || ' ' || cseq || ' ' || md5(payload) AS line FROM scene_update WHERE scene_id = $1 ORDER BY seq`;
    return (await query<{ line: string }>(databaseUrl, sql, [sceneId])).map(({ line }) => line);
  };
  const enter = async (more: { token?: string; clientId?: string } = {}): Promise<RawClient> => {
    const client = await RawClient.enter(environment.publicUrl, { sceneId, token: owner.token, ...more });
    clients.push(client);
    return client;
  };
  const names = (): readonly string[] => [...witness.objects.values()].map((object) => String(object.get('name'))).sort();

  it('RT-15: a replayed edit is acknowledged again and written once, whatever it says the second time', async () => {
    const client = await enter();
    client.edit(1, 'one');
    client.edit(2, 'two');
    await until(() => client.acked === 2, { what: 'both to be acknowledged', ...SOON });
    const before = await journal();
    for (const cseq of [1, 2, 1]) client.edit(cseq, 'something else');
    await client.hears('ack', 5);
    expect(await journal()).toEqual(before);
  });

  it('RT-15: what comes too early is refused until what was missing is there', async () => {
    const client = await enter();
    client.edit(3, 'three');
    client.edit(2, 'two');
    expect(await client.hears('gap')).toEqual({ type: 'gap', expected: 1 });
    expect(await journal()).toEqual(accepted);
    client.edit(1, 'one');
    client.edit(2, 'two');
    client.edit(9, 'nine');
    expect(await client.hears('gap', 2)).toEqual({ type: 'gap', expected: 3 });
    expect(client.acked).toBe(2);
    expect((await journal()).length).toBe(accepted.length + 2);
  });

  it("RT-15: who sends in the name of somebody else's client is closed with 4501, and burns no number of it", async () => {
    const { token, user } = await new Platform(environment.publicUrl, '').call('POST', '/auth/register', Token, {
      ...{ email: `${randomUUID()}@observer.example`, name: 'Eve', password: randomUUID() },
    });
    await owner.call('PUT', `/projects/${projectId}/members/${user.id}`, Membership, { role: 'editor' });
    const forger = await enter({ token, clientId: witness.session.clientId });
    expect(forger.welcome?.canEdit).toBe(true);
    forger.edit((forger.welcome?.ackedCseq ?? 0) + 1, 'forged');
    expect(await forger.closed).toBe(CloseCode.forbidden);
    expect(await journal()).toEqual(accepted);
    // In her own name she may.
    const herself = await enter({ token });
    herself.edit(1, 'her own');
    await herself.hears('ack');
  });

  const whole = updateFrame(1, 'never whole');
  it.each<[string, number, () => string | Uint8Array]>([
    ...[1, 2, 3, Math.floor(whole.length / 2), whole.length - 1].map((length): [string, number, () => Uint8Array] => [
      `a frame that ends after ${String(length)} of ${String(whole.length)} bytes`,
      CloseCode.malformed,
      () => whole.subarray(0, length),
    ]),
    ['a frame with something after its end', CloseCode.malformed, () => Buffer.concat([whole, Buffer.of(0)])],
    ['an edit without a content', CloseCode.malformed, () => encodeFrame({ kind: 'update', cseq: 1, payload: new Uint8Array() })],
    ['a frame of a kind that only the future knows', CloseCode.malformed, () => Buffer.of(4, 1, 2, 3)],
    ['a message that only the future knows', CloseCode.malformed, () => '{"type":"teleport"}'],
    [
      'what only servers say',
      CloseCode.malformed,
      () => encodeFrame({ kind: 'updates', firstSeq: 1, payloads: [Y.encodeStateAsUpdate(new Y.Doc())] }),
    ],
    [
      'a snapshot of its own',
      CloseCode.malformed,
      () => encodeFrame({ kind: 'snapshot', seq: 1, payload: Y.encodeStateAsUpdate(new Y.Doc()) }),
    ],
    ['10 MB', 1009, () => new Uint8Array(10_000_000)],
    ['one byte more than a frame may have', 1009, () => new Uint8Array(MAX_FRAME_BYTES + 1)],
  ])('RT-15: %s ends its own connection with %i', async (_what, code, frame) => {
    const client = await enter();
    client.socket.send(frame());
    expect(await client.closed).toBe(code);
    expect(await journal()).toEqual(accepted);
  });

  it('RT-15: a client of the future that still speaks what we speak is served', async () => {
    const client = await RawClient.connect(environment.publicUrl, { sceneId, token: owner.token });
    clients.push(client);
    client.hello({ proto: [2, 900], ...{ hologram: true } });
    expect(await client.hears('welcome')).toMatchObject({ proto: 2 });
    client.edit(1, 'from the future');
    await client.hears('ack');
    await until(() => names().includes('from the future'), { what: 'the witness to see it', ...SOON });
  });

  it('RT-15: who never follows a hint is closed with 4001 at the deadline, and comes back with everything', async () => {
    // Green serves; who is on blue by its own address is asked to leave it.
    const { backend, backendInternal, internalToken } = environment.slots().blue ?? {};
    const stubborn = await RawClient.enter(backend ?? '', { sceneId, token: owner.token });
    clients.push(stubborn);
    stubborn.edit(1, 'before the hint');
    await stubborn.hears('ack');
    const { publicUrl } = environment;
    const answer = await fetch(`${backendInternal ?? ''}/drain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${internalToken ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ handoverId: randomUUID(), to: 'green', publicUrl, windowMs: 0, deadlineMs: 500 }),
    });
    expect(answer.status).toBe(200);
    await stubborn.hears('drain');
    stubborn.edit(2, 'after the hint');
    expect(await stubborn.closed).toBe(CloseCode.drainDeadline);
    // The client hears of its close before the slot has taken leave of the connection.
    await until(async () => (await drainStatus(environment, 'blue')).sockets === 0, { what: 'blue to have no socket', ...SOON });
    expect(await drainStatus(environment, 'blue')).toMatchObject({ forced: 1 });

    const { clientId, doc, lastSeq, welcome } = stubborn;
    const back = await RawClient.enter(
      publicUrl,
      { sceneId, token: owner.token, clientId, doc, lastSeq },
      { epoch: welcome?.epoch ?? null, reason: 'resume', nextCseq: 3 },
    );
    clients.push(back);
    expect(back.welcome).toMatchObject({ slot: 'green', mode: 'delta', ackedCseq: 2 });
    back.edit(3, 'back again');
    await back.hears('ack');
    const all = ['after the hint', 'back again', 'before the hint', 'there before'];
    await until(() => names().join() === all.join(), { what: 'the witness to see everything', ...SOON });
    await until(() => doc.getMap('objects').size === all.length, { what: 'the stubborn one to see everything', ...SOON });
  });
});
