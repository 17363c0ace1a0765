import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LedgerKind, type Ledger } from '@devplatform/contracts';
import { Crowd, LocalEnvironment, Platform, verdictOf, type CommandEvent, type Minimum } from '@devplatform/harness';
import { SceneSession } from '@devplatform/session';
import { WebSocket } from 'ws';
import { RELEASES } from './releases.ts';

const SIZE = { requestsPerSecond: 40, scenes: 3, editorsPerScene: 4, editsPerSecond: 20 };
const SECOND = SIZE.requestsPerSecond;
const NO_MINIMUM: Minimum = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };
/** Too large to be done between the smoke tests and the switch. */
const JOBS = 3;

describe('the ledger', () => {
  let environment: LocalEnvironment;
  let platform: Platform;
  let sceneId: string;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    platform = await Platform.register(environment.publicUrl);
    sceneId = (await platform.createScene((await platform.createProject('Ledger')).id, 'Ledger')).id;
  }, 90_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  const url = (): string => `${environment.publicUrl.replace('http', 'ws')}/ws/scenes/${sceneId}`;

  /** A request that its client never finishes: it is under way in the slot until the client goes. */
  const halfARequest = async (): Promise<Socket> => {
    const { hostname, port } = new URL(environment.publicUrl);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('POST /api/v1/auth/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{');
    return socket;
  };
  const recordOf = (events: readonly CommandEvent[]) => events.find((event) => event.type === 'closed')?.record;
  const isDone = (event: CommandEvent, step: string): boolean => event.type === 'step-done' && event.step === step;

  it('LED-1: has a row for everything that crosses a switch, and the rows add up to what was counted', async () => {
    await using crowd = await Crowd.gather(environment, SIZE);
    await crowd.goesOnFor(2 * SECOND);
    await crowd.uploads(
      Array.from({ length: JOBS }, (_, i) => ({ fileName: `job-${i}.glb`, content: { bytes: 10_000_000, seed: i }, held: true })),
    );
    const tab = new SceneSession({ url: url(), token: platform.token, WebSocket });
    await tab.whenLive();
    const request = await halfARequest();
    const events: CommandEvent[] = [];
    const steered: Promise<unknown>[] = [];
    const steer = (event: CommandEvent): void => {
      events.push(event);
      if (event.type === 'step-started' && event.step === 'smoke') {
        const slow = { fileName: 'slow.glb', content: { bytes: 12_000_000, seed: 99 }, bandwidth: 1.5 };
        steered.push(crowd.keepJobs(JOBS), crowd.uploads([slow]));
      } else if (isDone(event, 'switch')) {
        request.destroy();
        steered.push(tab.close());
      }
    };
    await crowd.lives('switch', () => environment.deploy('green', 'v1.3.0', steer));
    await Promise.all(steered);
    await crowd.goesOnFor(SECOND);
    const evidence = await crowd.evidence();
    const record = recordOf(events);
    const ledger = await environment.ledger(record?.id ?? '');
    console.log(JSON.stringify(record?.ledger));

    expect(record).toMatchObject({ outcome: 'done', ledger: { counted: ledger?.counted }, issues: [] });
    for (const kind of LedgerKind.options) {
      expect({ kind, rows: rowsOf(ledger, kind).filter(({ late }) => !late).length }).toEqual({ kind, rows: ledger?.counted[kind] });
      expect({ kind, rows: rowsOf(ledger, kind).length }).not.toEqual({ kind, rows: 0 });
    }
    expect(ledger?.rows.filter(({ outcome }) => ['forced', 'doubled', 'gone', null].includes(outcome))).toEqual([]);
    expect(rowsOf(ledger, 'socket').find(({ session }) => session === tab.sessionId)).toMatchObject({ outcome: 'left' });
    expect(rowsOf(ledger, 'socket').filter(({ outcome }) => outcome === 'moved')).toHaveLength(SIZE.scenes * SIZE.editorsPerScene);
    expect(rowsOf(ledger, 'request').filter(({ outcome }) => outcome === 'left')).toMatchObject([
      { detail: 'POST /api/v1/auth/sign-in 499', toSlot: null },
    ]);
    expect(rowsOf(ledger, 'upload').find(({ detail }) => detail === 'slow.glb')).toMatchObject({ outcome: 'moved', toSlot: 'green' });
    expect(rowsOf(ledger, 'page').filter(({ outcome }) => outcome === 'moved')).toHaveLength(10);
    // The clients' book differs in one thing: the crowd does not know the tab.
    const differences = verdictOf(evidence, NO_MINIMUM).find(({ promise }) => promise === 'BG-9')?.broken;
    expect(differences).toEqual([expect.stringContaining(`session ${tab.sessionId} has a row`)]);
  }, 120_000);

  it('LED-2: what nobody can account for fails the deployment and is named, and traffic stays on the new slot', async () => {
    const sockets = await Promise.all(Array.from({ length: 3 }, () => sessionThatNeverComesBack()));
    const { exitCode, output, events } = await environment.command(['deploy', 'backend', '--release', 'v1.2.0'], {}, (event) => {
      if (isDone(event, 'switch')) void environment.kill('green', 'backend', 'SIGKILL');
    });
    const record = recordOf(events);
    const ledger = await environment.ledger(record?.id ?? '');
    const lost = rowsOf(ledger, 'socket').filter(({ outcome }) => outcome === null);
    expect(lost.map(({ session }) => session).sort()).toEqual(sockets.map(({ sessionId }) => sessionId).sort());
    expect(exitCode).toBe(1);
    expect(record).toMatchObject({
      outcome: 'stranded',
      slots: { after: 'blue' },
      ledger: { crossed: { outcomes: { socket: { lost: 3 } } } },
    });
    const status = await environment.command(['status', 'backend', '--ledger']);
    for (const { item } of lost) expect([output, JSON.stringify(status.events)]).toEqual(Array(2).fill(expect.stringContaining(item)));
    expect(await environment.describe()).toMatchObject({ active: 'blue' });
    for (const { socket } of sockets) socket.terminate();
  }, 90_000);

  const sessionThatNeverComesBack = async (): Promise<{ socket: WebSocket; sessionId: string }> => {
    const sessionId = randomUUID();
    const socket = new WebSocket(url());
    socket.on('error', () => undefined);
    await once(socket, 'open');
    socket.send(
      JSON.stringify({
        ...{ type: 'hello', proto: [1, 1], release: 'test', token: platform.token, scene: sceneId, clientId: randomUUID(), sessionId },
        ...{ epoch: null, lastSeq: 0, nextCseq: 1, reason: 'open' },
      }),
    );
    await once(socket, 'message');
    return { socket, sessionId };
  };
});

const rowsOf = (ledger: Ledger | null, kind: LedgerKind): Ledger['rows'] => ledger?.rows.filter((row) => row.kind === kind) ?? [];
