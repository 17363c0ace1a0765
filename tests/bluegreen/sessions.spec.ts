import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CloseCode, otherSlot, ServerMessage, type Slot } from '@devplatform/contracts';
import { findProcess, isAlive, stopPart, until } from '@devplatform/embedded';
import {
  acksDuring,
  brokenOf,
  compact,
  Editing,
  LocalEnvironment,
  longestGap,
  Platform,
  query,
  returnsOf,
  SceneEditor,
  spreadOf,
  type Deployment,
  type EditingOutcome,
  type EditingSize,
  type SceneEditorOptions,
  withDatabase,
} from '@devplatform/harness';
import * as Y from 'yjs';
import { Bystanders } from './bystanders.ts';
import { drainStatus } from './drain-status.ts';
import { RELEASES } from './releases.ts';

/** Forty editors at ten edits a second each. */
const MANY: EditingSize = { scenes: 4, editorsPerScene: 10, editsPerSecond: 400 };
const SOME: EditingSize = { scenes: 2, editorsPerScene: 10, editsPerSecond: 200 };
const MOVES = 8;
const CRASH_LIMIT_MS = 3000;
const SOON = { deadlineMs: 20_000 };

describe('people who edit, whatever happens to the slot that they are on', () => {
  let environment: LocalEnvironment;
  const people: SceneEditor[] = [];

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES, faults: true });
    await environment.deploy('green', 'v1.3.0');
  }, 90_000);

  afterEach(async () => {
    await environment.faults.heal();
    await Promise.all(people.splice(0).map((person) => person.close()));
  });

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  const active = async (): Promise<Slot> => {
    const { active: slot } = await environment.describe();
    if (slot === null) throw new Error('no slot is active');
    return slot;
  };

  /** Who is in the hands of the test, beside or in place of those who edit in a process of their own. */
  const enter = async (
    where: Pick<SceneEditorOptions, 'sceneId' | 'token'>,
    more: Partial<SceneEditorOptions> = {},
  ): Promise<SceneEditor> => {
    const person = new SceneEditor({ publicUrl: environment.publicUrl, ...where, ...more });
    people.push(person);
    await person.session.whenLive();
    return person;
  };
  const emptyScene = async (): Promise<{ sceneId: string; token: string }> => {
    const platform = await Platform.register(environment.publicUrl);
    const { id } = await platform.createScene((await platform.createProject('A few people')).id, 'Scene');
    return { sceneId: id, token: platform.token };
  };
  const agree = (all: readonly SceneEditor[]): Promise<unknown> =>
    until(() => all.every(({ saved }) => saved) && new Set(all.map((person) => person.stateHash())).size === 1, {
      what: 'everybody to have saved, and to see the same',
      ...SOON,
    });
  /** Of people in the hands of the test: everything is committed, and all sides see one state. */
  const broken = async (all: readonly SceneEditor[]): Promise<readonly string[]> => {
    await agree(all);
    return brokenOf(
      environment,
      [...new Set(all.map(({ sceneId }) => sceneId))],
      all.map((person) => person.record()),
    );
  };
  const hardReconnects = ({ editors }: EditingOutcome): number => editors.reduce((sum, { offline }) => sum + offline.length, 0);

  it('RT-1: switches and rollbacks back to back are 0 hard reconnects and 0 ms offline', async () => {
    await using editing = await Editing.begin(environment, MANY);
    await editing.goesOnFor(2 * MANY.editsPerSecond);
    const moves: Deployment[] = [];
    for (let move = 0; move < MOVES; move += 1) moves.push(await environment.rollback());
    await editing.goesOnFor(2 * MANY.editsPerSecond);
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    expect(hardReconnects(outcome)).toBe(0);
    expect(longestGap(outcome.editors)).toBe(0);
    expect(outcome.editors.map(({ handovers }) => handovers.length)).toEqual(outcome.editors.map(() => MOVES));

    const windows = moves.map(({ told, ended }) => ({ from: told, to: ended }));
    const { within, outside } = acksDuring(outcome.acks, windows);
    const ms = (value: number): string => `${value.toFixed(0)} ms`;
    console.log(
      `RT-1: ${MOVES} moves, ${outcome.acks.length} edits; acknowledgement p50 ${ms(within.p50)}, p99 ${ms(within.p99)} of ${within.count} while moving, ` +
        `p50 ${ms(outside.p50)}, p99 ${ms(outside.p99)} of ${outside.count} otherwise`,
    );
  }, 180_000);

  it('RT-2: SIGTERM without a drain loses nothing that was acknowledged, and everybody comes back', async () => {
    await using editing = await Editing.begin(environment, SOME);
    await editing.goesOnFor(SOME.editsPerSecond);
    const slot = await active();
    await environment.kill(slot, 'backend', 'SIGTERM');
    await environment.restart(slot, 'backend');
    await editing.untilAllAreBack();
    await editing.goesOnFor(SOME.editsPerSecond);
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    expect(outcome.editors.map(({ offline }) => offline.map(({ code }) => code))).toEqual(
      outcome.editors.map(() => [CloseCode.drainDeadline]),
    );
    expect(longestGap(outcome.editors)).toBeLessThan(Infinity);
  }, 90_000);

  it('RT-3: kill -9 loses nothing either, and nobody is offline for more than 3 s', async () => {
    await using editing = await Editing.begin(environment, SOME);
    await editing.goesOnFor(SOME.editsPerSecond);
    const slot = await active();
    await environment.kill(slot, 'backend', 'SIGKILL');
    await environment.restart(slot, 'backend');
    await editing.untilAllAreBack();
    await editing.goesOnFor(SOME.editsPerSecond);
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    expect(hardReconnects(outcome)).toBe(outcome.editors.length);
    expect(longestGap(outcome.editors)).toBeLessThanOrEqual(CRASH_LIMIT_MS);
  }, 90_000);

  it('RT-4: while Redis is away no edit waits for it, and the audit finds what hints would have said', async () => {
    await using editing = await Editing.begin(environment, SOME);
    const slot = await active();
    const [sceneId = ''] = editing.sceneIds;
    // On the other slot by its own address: only a hint or the audit brings edits from one to the other. That slot was drained when
    // the traffic left it, and would send everybody away.
    const { backend: elsewhere = '', backendInternal = '', internalToken = '' } = environment.slots()[otherSlot(slot)] ?? {};
    await fetch(`${backendInternal}/drain`, { method: 'DELETE', headers: { authorization: `Bearer ${internalToken}` } });
    const [here, there] = [
      await enter({ sceneId, token: editing.token }),
      await enter({ sceneId, token: editing.token }, { publicUrl: elsewhere }),
    ];
    await editing.goesOnFor(SOME.editsPerSecond);
    const redis = findProcess(environment.home, 'redis');
    if (redis === null) throw new Error('Redis does not run');
    process.kill(redis.pid, 'SIGKILL');
    await until(() => !isAlive(redis), { what: 'Redis to end', ...SOON });
    const away = { from: Date.now(), to: 0 };
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      const made = one.addObject('made without Redis');
      await until(() => other.objects.has(made), { what: 'an edit to reach the other slot', ...SOON });
    }
    await editing.goesOnFor(SOME.editsPerSecond);
    away.to = Date.now();
    expect([here, there].map((person) => person.record().arrivals.length)).toEqual([1, 1]);
    await environment.parts();
    await editing.goesOnFor(SOME.editsPerSecond);
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    expect(hardReconnects(outcome)).toBe(0);
    const { within } = acksDuring(outcome.acks, [away]);
    expect(within.count).toBeGreaterThan(SOME.editsPerSecond / 2);
    expect(within.longest).toBeLessThan(away.to - away.from);
  }, 90_000);

  it('RT-5: while PostgreSQL is restarted nothing is acknowledged, and everything is there afterwards', async () => {
    await using editing = await Editing.begin(environment, SOME);
    await editing.goesOnFor(SOME.editsPerSecond);
    await stopPart(environment.home, 'postgres');
    const away = { from: Date.now(), to: 0 };
    // Longer than the platform is patient: connections are sent away with 4003 and come back until the journal is there again.
    await editing.until(null, (offline) => offline > 0);
    away.to = Date.now();
    await environment.parts();
    await editing.untilAllAreBack();
    await editing.goesOnFor(2 * SOME.editsPerSecond);
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    // What was committed before the stop may still have been on its way to the editors.
    const acknowledged = outcome.acks.map(({ at, ms }) => at + ms).filter((at) => at > away.from + 250 && at < away.to);
    expect(acknowledged).toEqual([]);
  }, 90_000);

  it('RT-5: an edit whose commit got through and whose answer did not is in the journal once', async () => {
    await using editing = await Editing.begin(environment, SOME);
    await editing.goesOnFor(SOME.editsPerSecond);
    const { databaseUrl } = await environment.parts();
    const committed = async (): Promise<number> =>
      (await query<{ head: number }>(databaseUrl, 'SELECT sum(head_seq)::int AS head FROM scene WHERE id = ANY($1)', [editing.sceneIds]))[0]
        ?.head ?? 0;
    environment.faults.postgres.stall('down');
    let acknowledged = -1;
    const isHeld = async (): Promise<boolean> => {
      const before = acknowledged;
      acknowledged = await editing.acknowledged();
      return acknowledged === before && (await committed()) > acknowledged;
    };
    await until(isHeld, { what: 'a commit whose answer is held', everyMs: 100, ...SOON });
    environment.faults.postgres.reset();
    await environment.faults.postgres.pass();
    await editing.goesOnFor(2 * SOME.editsPerSecond);
    expect((await editing.finish()).broken).toEqual([]);
  }, 90_000);

  it('RT-6: who is cut off by the network comes back, and not as a herd', async () => {
    await using editing = await Editing.begin(environment, { scenes: 12, editorsPerScene: 10, editsPerSecond: 60 });
    await editing.goesOnFor(60);
    expect(environment.faults.clients.cut()).toBeGreaterThanOrEqual(120);
    await editing.until(null, (offline) => offline > 0);
    await editing.untilAllAreBack();
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    expect(hardReconnects(outcome)).toBe(outcome.editors.length);
    const spread = spreadOf(returnsOf(outcome.editors));
    expect(spread.arrivals).toBe(outcome.editors.length);
    expect(spread.densest).toBeLessThanOrEqual(0.2);
    expect(longestGap(outcome.editors)).toBeLessThanOrEqual(CRASH_LIMIT_MS);
  }, 90_000);

  it('RT-7: when the new slot dies in mid-handover, who has not moved notices nothing, and who has moved comes back', async () => {
    await using editing = await Editing.begin(environment, SOME);
    await editing.goesOnFor(SOME.editsPerSecond);
    const next = otherSlot(await active());
    const moving = environment.rollback();
    await editing.until(next, (moved) => moved >= 3);
    await environment.kill(next, 'backend', 'SIGKILL');
    const dead = Date.now();
    await environment.restart(next, 'backend');
    // The operator sees the command go on: the rest moves once the slot is back.
    await moving;
    await editing.until(next, (moved, all) => moved === all);
    const { editors, broken: wrong } = await editing.finish();
    expect(wrong).toEqual([]);
    const moved = editors.filter(({ arrivals }) => arrivals.some(({ at, slot }) => slot === next && at < dead));
    const stayed = editors.filter((editor) => !moved.includes(editor));
    expect(moved.length).toBeGreaterThan(0);
    expect(stayed.length).toBeGreaterThan(0);
    expect(longestGap(stayed)).toBe(0);
    expect(longestGap(moved)).toBeGreaterThan(0);
  }, 90_000);

  it('RT-8: a rollback in mid-drain takes nobody offline', async () => {
    const home = await active();
    await using hintedFirst = await Editing.begin(environment, SOME);
    // Hints go out in the order in which people came, a hundred a second: these are between the first and the last for eight seconds.
    await using bystanders = await Bystanders.gather(environment.publicUrl, 800);
    await using hintedLast = await Editing.begin(environment, SOME);
    await hintedLast.goesOnFor(SOME.editsPerSecond);
    const interrupt = new AbortController();
    const leaving = environment.command(['rollback', 'backend'], {}, undefined, interrupt.signal);
    await hintedFirst.until(otherSlot(home), (moved) => moved >= 3);
    interrupt.abort();
    await leaving;
    await environment.rollback();
    await hintedFirst.until(home, (back, all) => back === all);
    // Those whom it had not asked yet are not asked any more.
    expect([(await drainStatus(environment, home)).draining, bystanders.connected]).toEqual([false, 800]);
    const [first, last] = [await hintedFirst.finish(), await hintedLast.finish()];
    expect([...first.broken, ...last.broken]).toEqual([]);
    expect([first, last].map((seen) => hardReconnects(seen) + longestGap(seen.editors))).toEqual([0, 0]);
    // Else the drain was over before the rollback, and this proved nothing.
    const moved = (seen: EditingOutcome, times: number): boolean => seen.editors.some(({ handovers }) => handovers.length === times);
    expect([moved(first, 2), moved(last, 0)]).toEqual([true, true]);
  }, 90_000);

  it('RT-9: an old and a new client protocol see each other, before and after a switch', async () => {
    const where = await emptyScene();
    const old = await enter(where, { protocol: [1, 1], release: '1.2.0' });
    const young = await enter(where, { protocol: [1, 2] });
    const [toOld, toYoung]: [Ack[], Ack[]] = [[], []];
    for (const round of ['before', 'after']) {
      hearAcks(old, toOld);
      hearAcks(young, toYoung);
      const ids = [old.addObject(`${round} by the old`), young.addObject(`${round} by the young`)];
      await until(() => ids.every((id) => [old, young].every(({ objects }) => objects.has(id))), { what: 'both to see both', ...SOON });
      await agree([old, young]);
      if (round === 'before') await environment.rollback();
    }
    // One of the two releases speaks protocol 2 with who speaks it too; only there an acknowledgement says when.
    expect(toOld.map(({ at }) => at)).toEqual([undefined, undefined]);
    expect(toYoung.map(({ at }) => typeof at).sort()).toEqual(['number', 'undefined']);
    expect([old, young].map((person) => person.record().handovers.length)).toEqual([1, 1]);
    expect(await broken([old, young])).toEqual([]);
  }, 60_000);

  it('RT-10: two tabs of one user are two sessions, and the late close of an old socket touches neither', async () => {
    const where = await emptyScene();
    const [one, two, visitor] = [await enter(where), await enter(where), await enter(where)];
    const named: readonly (readonly [SceneEditor, string])[] = [
      [one, 'first tab'],
      [two, 'second tab'],
      [visitor, 'visitor'],
    ];
    for (const [person, tab] of named) person.session.setPresence({ tab });
    const sees = (person: SceneEditor): readonly unknown[] => [...person.session.peers.values()].map(({ tab }) => tab).sort();
    await until(() => sees(one).length === 2 && sees(two).length === 2, { what: 'each tab to see the other', ...SOON });
    expect([one.session.clientId, one.session.sessionId]).not.toEqual([two.session.clientId, two.session.sessionId]);

    const flickers: unknown[] = [];
    for (const [person, other] of [
      [one, 'second tab'],
      [two, 'first tab'],
    ] as const)
      person.session.subscribe(() => {
        if (!sees(person).includes(other)) flickers.push(other);
      });
    // The old sockets of the tabs end late and without a goodbye, as when a page's network is slow to let go.
    const old = [one, two].map(({ sockets }) => sockets[0]);
    const left = await active();
    const moving = environment.rollback((event) => {
      if (event.type === 'step-done' && event.step === 'switch') environment.faults.slots[left].stall('up');
    });
    await until(() => [one, two, visitor].every(({ slot }) => slot === otherSlot(left)), { what: 'everybody to move', ...SOON });
    for (const socket of old) socket?.terminate();
    environment.faults.slots[left].cut();
    await environment.faults.slots[left].pass();
    await moving;
    // Who is cut off for good is said to have left after 5 s; the tabs, whose old sockets broke earlier, are not.
    visitor.sockets.at(-1)?.terminate();
    people.splice(people.indexOf(visitor), 1);
    await visitor.close();
    await until(() => !sees(one).includes('visitor') && !sees(two).includes('visitor'), { what: 'the visitor to be gone', ...SOON });
    expect(flickers).toEqual([]);
    expect([sees(one), sees(two)]).toEqual([['second tab'], ['first tab']]);
    one.addObject('of the first tab');
    two.addObject('of the second tab');
    expect(await broken([one, two])).toEqual([]);
  }, 60_000);

  it('RT-11: a tab that is closed right after an acknowledgement has left its edit in the journal', async () => {
    const where = await emptyScene();
    const tabs = await Promise.all(Array.from({ length: 20 }, () => enter(where)));
    const { databaseUrl } = await environment.parts();
    const journalled = await withDatabase(databaseUrl, (client) =>
      Promise.all(
        tabs.map(async (tab) => {
          const saved = new Promise<void>((resolve) => {
            tab.session.subscribe(({ type }) => {
              if (type === 'saved') resolve();
            });
          });
          tab.addObject('last words');
          await saved;
          tab.sockets.at(-1)?.terminate();
          // At once: an acknowledgement that speaks too early is found out before the commit makes up for it.
          return (await client.query('SELECT FROM scene_update WHERE client_id = $1', [tab.session.clientId])).rowCount;
        }),
      ),
    );
    expect(journalled).toEqual(tabs.map(() => 1));
    const visitor = await enter(where);
    await until(() => visitor.objects.size === tabs.length, { what: 'all last words', ...SOON });
  }, 60_000);

  it('RT-12: a consumer that does not keep up is closed with 4002, comes back, and has lost nothing', async () => {
    const where = await emptyScene();
    // By the slot's own address: fewer buffers on the way.
    const { backend } = environment.slots()[await active()] ?? {};
    const slow = await enter(where, { publicUrl: backend ?? '' });
    const busy = await enter(where);
    slow.sockets[0]?.pause();
    const blob = 'x'.repeat(200_000);
    for (let i = 0; i < 90; i += 1) {
      busy.objects.set(`blob ${String(i % 3)}`, new Y.Map([['name', `${String(i)} ${blob}`]]));
      if (i % 10 === 9) await busy.session.whenSaved();
    }
    const back = nextUpdate(slow);
    slow.sockets[0]?.resume();
    await back();
    await agree([slow, busy]);
    expect(slow.record().offline.map(({ code }) => code)).toEqual([CloseCode.tooSlow]);
    expect(busy.record().offline).toEqual([]);
    expect(await broken([slow, busy])).toEqual([]);
  }, 90_000);

  it("RT-13: compaction while people edit changes nobody's document", async () => {
    await using editing = await Editing.begin(environment, { scenes: 1, editorsPerScene: 10, editsPerSecond: 300 });
    const [sceneId = ''] = editing.sceneIds;
    const { databaseUrl } = await environment.parts();
    await editing.goesOnFor(900);
    const first = await compact(environment, sceneId);
    await editing.goesOnFor(300);
    const second = await compact(environment, sceneId);
    expect(second).toBeGreaterThan(first);
    const [row] = await query<{ oldest: number }>(databaseUrl, 'SELECT min(seq)::int AS oldest FROM scene_update WHERE scene_id = $1', [
      sceneId,
    ]);
    expect(row?.oldest).toBeGreaterThan(1);
    // Comes from the snapshot, all others from the updates.
    const newcomer = await enter({ sceneId, token: editing.token });
    await editing.goesOnFor(100);
    const outcome = await editing.finish();
    expect(outcome.broken).toEqual([]);
    expect(hardReconnects(outcome)).toBe(0);
    await until(() => newcomer.stateHash() === outcome.editors[0]?.stateHash, { what: 'the newcomer to see what the others see', ...SOON });
  }, 90_000);

  it("RT-13: undo takes back one's own edits only, across a handover, and is journalled", async () => {
    const where = await emptyScene();
    const [ada, bo] = [await enter(where), await enter(where)];
    const undo = new Y.UndoManager(ada.objects, { captureTimeout: 0 });
    const [hers, hersToo, his] = [ada.addObject('hers'), ada.addObject('hers too'), bo.addObject('his')];
    await agree([ada, bo]);
    await environment.rollback();
    expect(ada.record().handovers).toHaveLength(1);
    const hisToo = bo.addObject('his too');
    await agree([ada, bo]);
    undo.undo();
    expect(await broken([ada, bo])).toEqual([]);
    expect([...bo.objects.keys()].sort()).toEqual([hers, his, hisToo].sort());
    undo.redo();
    undo.undo();
    undo.undo();
    expect(await broken([ada, bo])).toEqual([]);
    expect([...bo.objects.keys()].sort()).toEqual([his, hisToo].sort());
    expect(bo.objects.has(hersToo)).toBe(false);
  }, 60_000);
});

/** To be awaited: the next change of the person's document, its own included. */
function nextUpdate({ session }: SceneEditor): () => Promise<unknown> {
  let updated = false;
  session.doc.once('update', () => (updated = true));
  return () => until(() => updated, { what: 'an update', ...SOON });
}

type Ack = ServerMessage & { type: 'ack' };
/** Adds the acknowledgements that arrive on the person's connection from now on. */
function hearAcks({ sockets }: SceneEditor, acks: Ack[]): void {
  sockets.at(-1)?.on('message', (data: Buffer, binary) => {
    if (binary) return;
    const message = ServerMessage.parse(JSON.parse(data.toString()));
    if (message.type === 'ack') acks.push(message);
  });
}
