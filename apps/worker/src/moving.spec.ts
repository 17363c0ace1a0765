import { modelQueue, WorkerStatus } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { generateGlb } from '@devplatform/harness/glb';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tetrahedron } from './smoke/tetrahedron.ts';
import { TestBed, type TaskRow } from './test-bed.ts';

jest.setTimeout(90_000);

let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.open();
});
afterEach(() => bed.stopWorkers());
afterAll(() => bed.close());

const STEPS = ['inspect', 'optimise', 'thumbnail', 'level-0.5', 'level-0.25'];

/** A model whose steps take long enough to be cut. */
const slowModel = (seed: number): Uint8Array => generateGlb({ bytes: 8 * 1024 * 1024, seed, detail: 6 });

const stepsOf = ({ checkpoint }: TaskRow): readonly string[] => (checkpoint?.steps ?? []).map(({ step }) => step);
const slotsOf = ({ checkpoint }: TaskRow): readonly string[] => [...new Set((checkpoint?.steps ?? []).map(({ slot }) => slot))];

/** Attempts that BullMQ counts as used up once the job has ended (its effect is there before that); the one that ended well is among them. */
async function attemptsOf(taskId: string): Promise<number | undefined> {
  const queue = bed.queue(modelQueue(1));
  const job = await queue.getJob(taskId);
  if (job !== undefined) await bed.ended(job);
  return (await queue.getJob(taskId))?.attemptsMade;
}

/** A switch that the task crosses, as the backend of `from` writes it at that moment. */
async function crossing(taskId: string, from: 'blue' | 'green'): Promise<() => Promise<unknown>> {
  const to = from === 'blue' ? 'green' : 'blue';
  const [handover] = await bed.database.query<{ id: string }[]>(
    `INSERT INTO handover (id, from_slot, to_slot, counted) VALUES (gen_random_uuid(), $1, $2, '{}') RETURNING id`,
    [from, to],
  );
  await bed.database.query(`INSERT INTO handover_item (handover_id, kind, item) VALUES ($1, 'job', $2)`, [handover?.id, taskId]);
  return async () =>
    (
      await bed.database.query<unknown[]>(
        `SELECT outcome, to_slot AS "toSlot", retries, closed_at IS NOT NULL AS closed FROM handover_item WHERE handover_id = $1`,
        [handover?.id],
      )
    )[0];
}

describe('a job that is moved', () => {
  it('JOB-3: goes on in the other slot after its last step, and no attempt is used up', async () => {
    const [blue, green] = [await bed.start('blue'), await bed.start('green', { WORKER_START: 'paused' })];
    const task = await bed.upload(slowModel(1));
    const line = await crossing(task, 'blue');
    await bed.enqueue(task);
    await bed.reached(task, 1);
    green.work.run();
    await blue.control('POST', '/pause', undefined, { moveAfterMs: 0 });

    const row = await bed.settled(task);
    expect(row).toMatchObject({ status: 'done', effects: 1, result: { slot: 'green' } });
    expect(stepsOf(row)).toEqual(STEPS);
    expect(slotsOf(row)).toEqual(['blue', 'green']);
    expect(await attemptsOf(task)).toBe(1);
    expect(blue.work.status()).toMatchObject({ active: 0, moved: 1 });
    expect(await line()).toEqual({ outcome: 'moved', toSlot: 'green', retries: 0, closed: true });
  });

  it('JOB-3: is moved by SIGTERM too, after the grace', async () => {
    const blue = await bed.start('blue');
    const task = await bed.upload(slowModel(2));
    const job = await bed.enqueue(task);
    await bed.reached(task, 1);
    await blue.work.close(0);
    expect(await job.getState()).toBe('waiting');
    const left = stepsOf(await bed.task(task));
    await bed.start('green');
    const row = await bed.settled(task);
    expect(stepsOf(row)).toEqual(STEPS);
    expect(row.checkpoint?.steps.map(({ slot }) => slot)).toEqual(STEPS.map((_, at) => (at < left.length ? 'blue' : 'green')));
    expect(await attemptsOf(task)).toBe(1);
  });

  it('ends where it is if it does so in time, and the ledger says so', async () => {
    const [blue, green] = [await bed.start('blue'), await bed.start('green', { WORKER_START: 'paused' })];
    const task = await bed.upload(slowModel(3));
    const line = await crossing(task, 'blue');
    await bed.enqueue(task);
    await bed.reached(task, 1);
    green.work.run();
    await blue.control('POST', '/pause', undefined, { moveAfterMs: 60_000 });
    const row = await bed.settled(task);
    expect(row).toMatchObject({ status: 'done', effects: 1, result: { slot: 'blue' } });
    expect(blue.work.status().moved).toBe(0);
    expect(await line()).toEqual({ outcome: 'finished', toSlot: 'blue', retries: 0, closed: true });
  });

  it('starts over where its checkpoint is spoilt, and is done once', async () => {
    const task = await bed.upload(tetrahedron());
    await bed.database.query(`UPDATE processing_task SET checkpoint = '{"recipe": "unknown"}' WHERE id = $1`, [task]);
    await bed.enqueue(task);
    await bed.start('blue');
    const row = await bed.settled(task);
    expect(row).toMatchObject({ status: 'done', effects: 1 });
    expect(stepsOf(row)).toEqual(STEPS);
  });
});

describe('the old slot', () => {
  it('JOB-5: begins no job after its workers were paused, and the queue itself is not', async () => {
    const [blue, green] = [await bed.start('blue', { WORKER_CONCURRENCY: '2' }), await bed.start('green', { WORKER_START: 'paused' })];
    const tasks = await Promise.all(Array.from({ length: 40 }, () => bed.upload(tetrahedron())));
    for (const task of tasks) await bed.enqueue(task);
    await until(async () => (await bed.queue(modelQueue(1)).getCompletedCount()) > 0, { what: 'blue to be at work', deadlineMs: 20_000 });
    green.work.run();
    await blue.control('POST', '/pause');
    const paused = Date.now();
    expect(await bed.queue(modelQueue(1)).isPaused()).toBe(false);
    for (const task of tasks) expect(await bed.settled(task)).toMatchObject({ status: 'done', effects: 1 });

    const jobs = await Promise.all(tasks.map((task) => bed.queue(modelQueue(1)).getJob(task)));
    const begunIn = (slot: string): number[] =>
      jobs.filter((job) => job?.processedBy === slot).map((job) => (job?.processedOn ?? Infinity) - paused);
    expect(begunIn('green').length).toBeGreaterThan(0);
    expect(Math.max(...begunIn('blue'))).toBeLessThanOrEqual(250);
  });
});

describe('a job whose worker is killed', () => {
  it('JOB-2: is done once, after its last step, by whoever takes it then', async () => {
    const task = await bed.upload(slowModel(4));
    await bed.enqueue(task);
    for (const [slot, steps] of [
      ['blue', 1],
      ['green', 2],
    ] as const) {
      const worker = await bed.spawn(slot);
      await bed.reached(task, steps);
      await worker.kill();
    }
    expect(await bed.task(task)).toMatchObject({ status: 'running', effects: 0 });
    await bed.start('blue');
    const row = await bed.settled(task);
    expect(row).toMatchObject({ status: 'done', effects: 1 });
    expect(stepsOf(row)).toEqual(STEPS);
    expect(slotsOf(row)).toEqual(['blue', 'green']);
    expect(await attemptsOf(task)).toBe(1);
  });

  it('ends with the reason where it kills every worker, and the others go on', async () => {
    const task = await bed.upload(slowModel(5));
    const job = await bed.enqueue(task);
    const worker = await bed.spawn('blue');
    await bed.reached(task, 1);
    // As five earlier kills would have left it: each takes 10 s to be noticed.
    await bed.killedBefore(job, 5);
    await worker.kill();
    await bed.database.query(`UPDATE processing_task SET created_at = now() - interval '1 minute' WHERE id = $1`, [task]);
    const { control } = await bed.start('green');
    const other = await bed.upload(tetrahedron());
    await bed.enqueue(other);
    expect(await bed.settled(other)).toMatchObject({ status: 'done' });
    expect(await bed.settled(task)).toMatchObject({
      ...{ status: 'failed', effects: 0, version: 'rejected', upload: 'rejected' },
      error: 'kills-worker: The process that worked on the model was killed 6 times.',
    });
    expect(await job.getState()).toBe('failed');
    expect(WorkerStatus.parse(await (await control('GET', '/status')).json()).active).toBe(0);
  });
});

describe('Redis', () => {
  it('JOB-6: loses no job when it forgets everything', async () => {
    const tasks = await Promise.all([bed.upload(slowModel(6)), ...Array.from({ length: 5 }, () => bed.upload(tetrahedron()))]);
    for (const task of tasks) await bed.enqueue(task);
    await bed.start('blue');
    await bed.reached(tasks[0], 1);
    await bed.forgetRedis();
    for (const task of tasks) expect(await bed.settled(task)).toMatchObject({ status: 'done', effects: 1 });
  });
});
