import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JOB_CONTRACTS, ModelResult, modelQueue, smokeQueue, WorkerStatus } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tetrahedron } from './smoke/tetrahedron.ts';
import { TestBed } from './test-bed.ts';

jest.setTimeout(60_000);

let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.open();
});
afterEach(() => bed.stopWorkers());
afterAll(() => bed.close());

const status = async (response: Response): Promise<WorkerStatus> => WorkerStatus.parse(await response.json());

describe('a database that has gone past this release', () => {
  it('MIG-79: keeps the worker from taking a job', async () => {
    await bed.database.query(`CREATE TABLE release_fence AS SELECT '99.0.0' AS minimum, 'DropOld' AS migration`);
    try {
      await expect(bed.start('blue')).rejects.toThrow('99.0.0 is the oldest release that can');
    } finally {
      await bed.database.query('DROP TABLE release_fence');
    }
  });
});

describe('model processing', () => {
  it.each(JOB_CONTRACTS)('JOB-1: a job of contract %i has one effect, however often it is run', async (contract) => {
    await bed.start('blue');
    const task = await bed.upload(tetrahedron(), undefined, contract);
    await bed.ended(await bed.enqueue(task, contract));
    const again = await bed.enqueue(task, contract, randomUUID());
    expect(await bed.ended(again)).toBe('completed');

    const row = await bed.task(task);
    expect(row).toMatchObject({ status: 'done', effects: 1, progress: 100, error: null, version: 'ready', upload: 'ready' });
    const result = ModelResult.parse(row.result);
    expect(result).toMatchObject({ contract, slot: 'blue', inspect: { triangles: 4 } });
    for (const { key, size } of [result.optimised, result.thumbnail, ...result.levels]) expect(await bed.store.size(key)).toBe(size);
  });

  it('does what nobody enqueued: a pending task gets its job from the sweeper', async () => {
    const task = await bed.upload(tetrahedron());
    await bed.database.query(`UPDATE processing_task SET created_at = now() - interval '1 minute' WHERE id = $1`, [task]);
    await bed.start('blue');
    expect(await bed.settled(task)).toMatchObject({ status: 'done', effects: 1 });
  });

  it.each([
    ['not-glb', Buffer.from('no model at all, but long enough'), undefined],
    ['truncated', Buffer.from(tetrahedron()).subarray(0, -8), undefined],
    ['hash-mismatch', Buffer.from(tetrahedron()), 'f'.repeat(64)],
    ['too-large', Buffer.alloc(100 * 1024 * 1024 + 1), undefined],
  ])('rejects %s once and for all, and keeps the object', async (code, file, sha256) => {
    await bed.start('blue');
    const task = await bed.upload(file, sha256).catch(async (error: unknown) => {
      // The schema itself refuses rows of more than 100 MB; the worker must not rely on it.
      if (code !== 'too-large') throw error;
      return bed.upload(file.subarray(0, 1), 'f'.repeat(64));
    });
    const [{ key }] = await bed.database.query<[{ key: string }]>(
      `SELECT object_key AS key FROM model_version v JOIN processing_task t ON t.model_version_id = v.id WHERE t.id = $1`,
      [task],
    );
    if (code === 'too-large') await bed.store.put(key, file, 'model/gltf-binary');
    const job = await bed.enqueue(task);
    expect(await bed.ended(job)).toBe('failed');
    const row = await bed.task(task);
    expect(row).toMatchObject({ status: 'failed', effects: 0, version: 'rejected', upload: 'rejected' });
    expect(row.error).toMatch(new RegExp(`^${code}: [A-Z].*\\.$`));
    expect((await bed.queue(modelQueue(1)).getJob(task))?.attemptsMade).toBe(1);
    expect(await bed.store.size(key)).toBe(file.byteLength);
  });
});

describe('run and pause', () => {
  it('takes no job of users while paused, but those of the smoke test', async () => {
    const { control } = await bed.start('green', { WORKER_START: 'paused' });
    const task = await bed.upload(tetrahedron());
    const job = await bed.enqueue(task);
    const smoke = await bed.queue(smokeQueue('green')).add('smoke', { id: randomUUID() });
    expect(await bed.ended(smoke)).toBe('completed');
    expect((await bed.queue(smokeQueue('green')).getJob(smoke.id ?? ''))?.returnvalue).toMatchObject({ slot: 'green', triangles: 4 });
    expect(await job.getState()).toBe('waiting');
    expect(await status(await control('GET', '/status'))).toMatchObject({ state: 'paused', slot: 'green', active: 0 });

    expect(await status(await control('POST', '/run'))).toMatchObject({ state: 'running' });
    expect(await bed.settled(task)).toMatchObject({ status: 'done' });

    expect(await status(await control('POST', '/pause'))).toMatchObject({ state: 'paused' });
    const later = await bed.enqueue(await bed.upload(tetrahedron()));
    await bed.ended(await bed.queue(smokeQueue('green')).add('smoke', { id: randomUUID() }));
    expect(await later.getState()).toBe('waiting');
    await control('POST', '/run');
    expect(await bed.ended(later)).toBe('completed');
  });

  it('hands over between two slots: the one that runs takes what the other leaves', async () => {
    const [blue, green] = [await bed.start('blue'), await bed.start('green', { WORKER_START: 'paused' })];
    green.work.run();
    blue.work.pause();
    const tasks = await Promise.all([1, 2, 3].map(() => bed.upload(tetrahedron())));
    for (const task of tasks) await bed.enqueue(task);
    const rows = await Promise.all(tasks.map((task) => bed.settled(task)));
    expect(rows.map(({ effects, result }) => [effects, result?.slot])).toEqual(tasks.map(() => [1, 'green']));
  });
});

describe('the control plane', () => {
  it('answers liveness to everybody, the rest only with the token', async () => {
    const { control } = await bed.start('blue', { WORKER_START: 'paused' });
    expect((await control('GET', '/live', 'wrong')).status).toBe(200);
    for (const path of ['/health', '/metrics', '/status']) expect((await control('GET', path, 'wrong')).status).toBe(401);
    expect((await control('POST', '/run', 'wrong')).status).toBe(401);
    expect((await control('GET', '/status').then(status)).state).toBe('paused');
    expect((await control('GET', '/nothing')).status).toBe(404);
    for (const order of [{ moveAfterMs: -1 }, { moveAfterMs: 600_001 }, { moveAfterMs: 'soon' }, []]) {
      expect((await control('POST', '/pause', undefined, order)).status).toBe(400);
    }

    const health = await control('GET', '/health');
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'healthy', version: '1.3.0', checks: { database: 'connected', redis: 'connected', storage: 'connected' } },
    ]);
    expect(await (await control('GET', '/metrics')).text()).toContain('process_resident_memory_bytes');
  });

  it('is what the health command asks', async () => {
    const { controlPort } = await bed.start('blue', { WORKER_START: 'paused' });
    const health = (port: number): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [fileURLToPath(new URL('./health.ts', import.meta.url))], {
        env: { ...process.env, ...bed.environment('blue'), INTERNAL_PORT: String(port) },
      });
    expect(JSON.parse((await health(controlPort)).stdout)).toMatchObject({ status: 'healthy' });
    await bed.stopWorkers();
    await expect(health(controlPort)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^The worker is not healthy: /) });
  });

  it('says in one sentence that its port is taken', async () => {
    const { controlPort } = await bed.start('blue', { WORKER_START: 'paused' });
    await expect(bed.start('green', { INTERNAL_PORT: String(controlPort) })).rejects.toThrow(
      /cannot listen on .* Set INTERNAL_PORT to a free one/,
    );
  });

  it('says which part is away', async () => {
    const { control } = await bed.start('blue', { S3_ENDPOINT: 'http://127.0.0.1:9' });
    const health = await control('GET', '/health');
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      status: 'unhealthy',
      checks: { database: 'connected', storage: expect.stringMatching(/^failed: /) },
    });
  });

  it('postpones jobs while the store is away, without using up an attempt', async () => {
    const task = await bed.upload(tetrahedron());
    await bed.start('blue', { S3_ENDPOINT: 'http://127.0.0.1:9' });
    const job = await bed.enqueue(task);
    await until(async () => (await job.getState()) === 'delayed', { what: 'the job to be postponed', deadlineMs: 20_000 });
    await bed.stopWorkers();
    await bed.start('green');
    expect(await bed.settled(task)).toMatchObject({ status: 'done', effects: 1 });
    // The effect is committed before the queue hears that the attempt ended, and counts it.
    expect(await bed.ended(job)).toBe('completed');
    expect((await bed.queue(modelQueue(1)).getJob(task))?.attemptsMade).toBe(1);
  });
});
