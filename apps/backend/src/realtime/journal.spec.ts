import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcess, isAlive, startPostgres, startRedis, stopParts, until } from '@devplatform/embedded';
import { migrations } from '@devplatform/migrations';
import { createDataSource, migrate } from '@devplatform/runtime/database';
import { connectRedis } from '@devplatform/runtime/queue';
import { createMetrics } from '@devplatform/runtime/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { JournalStore } from './journal-store.ts';
import { JournalWriter, UnknownScene } from './journal-writer.ts';
import { Journal } from './journal.ts';
import { RealtimeMetrics } from './realtime-metrics.ts';
import { SceneHints } from './scene-hints.ts';
import { SceneHubs } from './scene-hubs.ts';

const dir = mkdtempSync(join(tmpdir(), 'devplatform-journal-'));
const logger = pino({ level: 'silent' });
let databaseUrl: string;
let redisUrl: string;
let sceneId: string;
let blue: SlotSide;
let green: SlotSide;

/** The journal's half of one slot. */
class SlotSide {
  readonly source: DataSource;
  readonly store: JournalStore;
  readonly hints: SceneHints;
  readonly hubs: SceneHubs;
  readonly journal: Journal;
  readonly #redis: Redis;

  constructor(slot: 'blue' | 'green') {
    const config = { SLOT: slot, REDIS_URL: redisUrl };
    const metrics = new RealtimeMetrics(createMetrics(slot));
    this.source = createDataSource({ url: databaseUrl, applicationName: slot });
    this.#redis = connectRedis(redisUrl, 'hint', logger);
    this.store = new JournalStore(this.source);
    this.hints = new SceneHints(this.#redis, config, logger);
    this.hubs = new SceneHubs(this.store, this.hints, metrics);
    this.journal = new Journal(new JournalWriter(this.source, config), this.hubs, metrics);
  }

  async open(): Promise<this> {
    await this.source.initialize();
    this.hubs.onModuleInit();
    return this;
  }

  async close(): Promise<void> {
    await this.journal.flush();
    this.hubs.close();
    this.hints.close();
    this.#redis.disconnect();
    await this.source.destroy();
  }

  edit(clientId: string, cseq: number): ReturnType<Journal['append']> {
    return this.journal.append(sceneId, { clientId, userId: null, cseq, payload: Buffer.from(`${clientId} ${String(cseq)}`) });
  }

  /** Someone in the scene here; what reaches them, in order. */
  async listen(): Promise<number[]> {
    const seen: number[] = [];
    const head = (await this.store.heads([sceneId])).get(sceneId) ?? 0;
    this.hubs.at(sceneId, head).join({
      receive: (firstSeq, payloads) => void seen.push(...payloads.map((_, i) => firstSeq + i)),
      pass: () => undefined,
      sendAway: () => seen.push(-1),
    });
    return seen;
  }
}

const rows = (): Promise<{ seq: number; client: string; cseq: number; payload: string; slot: string }[]> =>
  blue.source.query(
    `SELECT seq::int, client_id AS client, cseq::int, convert_from(payload, 'UTF8') AS payload, slot FROM scene_update WHERE scene_id = $1 ORDER BY seq`,
    [sceneId],
  );
async function kill(name: string, signal: NodeJS.Signals): Promise<void> {
  const part = findProcess(dir, name);
  if (!part) throw new Error(`${name} does not run`);
  process.kill(part.pid, signal);
  await until(() => !isAlive(part), { what: `the end of ${name}`, deadlineMs: 10_000 });
}
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

beforeAll(async () => {
  [databaseUrl, redisUrl] = await Promise.all([startPostgres(dir), startRedis(dir)]);
  await migrate(databaseUrl, migrations);
  [blue, green] = await Promise.all([new SlotSide('blue').open(), new SlotSide('green').open()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([blue.close(), green.close()]);
  await stopParts(dir);
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  const [project] = await blue.source.query<[{ id: string }]>(`INSERT INTO project (name) VALUES ('journal') RETURNING id`);
  const [scene] = await blue.source.query<[{ id: string }]>(`INSERT INTO scene (project_id, name) VALUES ($1, 'scene') RETURNING id`, [
    project.id,
  ]);
  sceneId = scene.id;
});

describe('Journal', () => {
  it('BG-2: has committed what it acknowledges, each client in order and every number once', async () => {
    const clients = [randomUUID(), randomUUID(), randomUUID()];
    const outcomes = await Promise.all(upTo(20).flatMap((cseq) => clients.map((client) => blue.edit(client, cseq))));
    expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['committed']));
    const journalled = await rows();
    expect(journalled.map((row) => row.seq)).toEqual(upTo(60));
    for (const client of clients) expect(journalled.filter((row) => row.client === client).map((row) => row.cseq)).toEqual(upTo(20));
    expect(journalled.every((row) => row.payload === `${row.client} ${String(row.cseq)}` && row.slot === 'blue')).toBe(true);
  });

  it('BG-2: acknowledges a repeated edit again and writes it once, also when both slots get it at the same time', async () => {
    const client = randomUUID();
    const sent = upTo(30).flatMap((cseq) => [blue.edit(client, cseq), green.edit(client, cseq), green.edit(client, cseq)]);
    for (const outcome of await Promise.all(sent)) expect(['committed', 'gap']).toContain(outcome.kind);
    await Promise.all(upTo(30).map((cseq) => green.edit(client, cseq)));
    expect((await rows()).map((row) => row.cseq)).toEqual(upTo(30));
  });

  it('writes on where the other slot left off, from the first edit after it', async () => {
    const client = randomUUID();
    for (const cseq of upTo(12)) expect(await (cseq % 3 === 0 ? green : blue).edit(client, cseq)).toEqual({ kind: 'committed' });
    expect(await blue.edit(client, 12)).toEqual({ kind: 'committed' });
    expect((await rows()).map((row) => `${String(row.seq)} ${String(row.cseq)} ${row.slot}`)).toEqual(
      upTo(12).map((n) => `${String(n)} ${String(n)} ${n % 3 === 0 ? 'green' : 'blue'}`),
    );
  });

  it('BG-2: refuses a hole, names what is missing and writes nothing beyond it', async () => {
    const client = randomUUID();
    await blue.edit(client, 1);
    expect(await Promise.all([blue.edit(client, 3), blue.edit(client, 4)])).toEqual([
      { kind: 'gap', expected: 2 },
      { kind: 'gap', expected: 2 },
    ]);
    expect(await rows()).toHaveLength(1);
    expect(await blue.edit(client, 2)).toEqual({ kind: 'committed' });
  });

  it('remembers what is committed when the updates themselves were compacted away', async () => {
    const client = randomUUID();
    await Promise.all(upTo(3).map((cseq) => blue.edit(client, cseq)));
    await blue.source.query('DELETE FROM scene_update WHERE scene_id = $1', [sceneId]);
    expect(await green.edit(client, 3)).toEqual({ kind: 'committed' });
    expect(await rows()).toHaveLength(0);
    expect(await green.store.position(sceneId, client)).toMatchObject({ head: 3, acked: 3, oldest: null });
  });

  it('tells a scene that does not exist from a journal that is away', async () => {
    await expect(
      blue.journal.append(randomUUID(), { clientId: randomUUID(), userId: null, cseq: 1, payload: Buffer.of(0, 0) }),
    ).rejects.toBeInstanceOf(UnknownScene);
    expect(blue.journal.queued).toBe(0);
  });

  it('BG-3: shows both slots the same journal, in order and without a gap', async () => {
    const [onBlue, onGreen] = [await blue.listen(), await green.listen()];
    const [a, b] = [randomUUID(), randomUUID()];
    await Promise.all(upTo(50).flatMap((cseq) => [blue.edit(a, cseq), green.edit(b, cseq)]));
    await until(() => onBlue.length === 100 && onGreen.length === 100, { what: 'all updates on both slots', deadlineMs: 5000 });
    expect(onBlue).toEqual(upTo(100));
    expect(onGreen).toEqual(upTo(100));
  }, 20_000);

  it('BG-52: goes on without Redis, and across its restart', async () => {
    const [onBlue, onGreen] = [await blue.listen(), await green.listen()];
    const client = randomUUID();
    await kill('redis', 'SIGKILL');
    await Promise.all(upTo(5).map((cseq) => blue.edit(client, cseq)));
    await until(() => onGreen.length === 5, { what: 'the audit', deadlineMs: 5000 });
    await startRedis(dir);
    await Promise.all(upTo(10).map((cseq) => blue.edit(client, cseq)));
    await until(() => onGreen.length === 10 && onBlue.length === 10, { what: 'the updates after the restart', deadlineMs: 5000 });
    expect(onGreen).toEqual(upTo(10));
  }, 20_000);

  it('BG-51: acknowledges nothing while PostgreSQL is away, and everything once it is back', async () => {
    const client = randomUUID();
    await blue.edit(client, 1);
    await kill('postgres', 'SIGINT');
    let acknowledged = false;
    const edit = blue.edit(client, 2).then((outcome) => {
      acknowledged = true;
      return outcome;
    });
    await expect(green.store.heads([sceneId])).rejects.toThrow();
    expect(acknowledged).toBe(false);
    expect(blue.journal.queued).toBe(1);
    await startPostgres(dir);
    expect(await edit).toEqual({ kind: 'committed' });
    expect((await rows()).map((row) => row.cseq)).toEqual([1, 2]);
  }, 30_000);
});
