import { randomUUID } from 'node:crypto';
import { COMPACTION_QUEUE, modelQueue, SetAsideJobs, smokeQueue, WorkerStatus } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tetrahedron } from './smoke/tetrahedron.ts';
import { TestBed } from './test-bed.ts';

jest.setTimeout(60_000);

let bed: TestBed;
let control: Awaited<ReturnType<TestBed['start']>>['control'];
beforeAll(async () => {
  bed = await TestBed.open();
  ({ control } = await bed.start('blue'));
});
afterAll(() => bed.close());

const setAside = async (): Promise<SetAsideJobs> => SetAsideJobs.parse(await (await control('GET', '/set-aside')).json());

/** The record of a job once it is set aside. */
const recordOf = (queue: string, id: string): Promise<SetAsideJobs['jobs'][number]> =>
  until(async () => (await setAside()).jobs.find((job) => job.queue === queue && job.id === id), {
    what: `job ${id} of ${queue} to be set aside`,
    deadlineMs: 10_000,
  });

describe('a job that nobody can read', () => {
  it.each<[string, string, unknown, RegExp]>([
    [
      'an unknown version',
      modelQueue(1),
      { version: 99, payload: { of: 'the future' } },
      /^unknown-payload: model-processing\.v1 .* at taskId/,
    ],
    ['a later contract in an earlier queue', modelQueue(2), { taskId: randomUUID() }, /^unknown-payload/],
    ['no object', modelQueue(1), 'garbage', /^unknown-payload/],
    ['nothing', modelQueue(1), null, /^unknown-payload/],
    ['a list', modelQueue(1), [1, 2, 3], /^unknown-payload/],
    [
      'a task that does not exist',
      modelQueue(1),
      { taskId: randomUUID(), modelVersionId: randomUUID(), objectKey: 'k', sha256: 'a'.repeat(64) },
      /^unknown-task: there is no task/,
    ],
    ['a scene that is a path', COMPACTION_QUEUE, { sceneId: '../x' }, /^unknown-payload: scene-compaction\.v1/],
    ['no smoke test', smokeQueue('blue'), {}, /^unknown-payload: smoke\.blue/],
  ])('JOB-8: is set aside with its reason and its payload: %s', async (_what, queue, data, reason) => {
    const before = WorkerStatus.parse(await (await control('GET', '/status')).json()).setAside;
    const job = await bed.queue(queue).add('unknown', data, { attempts: 3 });
    const record = await recordOf(queue, job.id ?? '');
    expect(record).toMatchObject({ queue, name: 'unknown', data, release: '1.3.0', slot: 'blue', reason: expect.stringMatching(reason) });
    await until(async () => (await bed.queue(queue).getJob(job.id ?? '')) === undefined, {
      what: 'it to leave its queue',
      deadlineMs: 5000,
    });
    expect(await bed.queue(queue).getFailedCount()).toBe(0);
    expect(WorkerStatus.parse(await (await control('GET', '/status')).json()).setAside).toBe(before + 1);
  });

  it('JOB-8: burns nothing: its task gets the job that it should have had', async () => {
    const task = await bed.upload(tetrahedron());
    await bed.database.query(`UPDATE processing_task SET status = 'queued', created_at = now() - interval '1 minute' WHERE id = $1`, [
      task,
    ]);
    await bed.queue(modelQueue(1)).add('model', { taskId: 'spoilt' }, { jobId: task, attempts: 1 });
    expect(await bed.settled(task)).toMatchObject({ status: 'done', effects: 1 });
    expect((await recordOf(modelQueue(1), task)).data).toEqual({ taskId: 'spoilt' });
  });

  it('JOB-8: of a later contract waits in its queue, and nobody touches it', async () => {
    const later = await bed.queue(modelQueue(3)).add('model', { taskId: randomUUID() });
    const known = await bed.enqueue(await bed.upload(tetrahedron()));
    expect(await bed.ended(known)).toBe('completed');
    expect(await later.getState()).toBe('waiting');
    await bed.queue(modelQueue(3)).obliterate({ force: true });
  });

  it('JOB-8: keeps no other from being looked after', async () => {
    const [spoilt, good] = [await bed.upload(tetrahedron()), await bed.upload(tetrahedron())];
    await bed.database.query(
      `UPDATE model_version SET sha256 = 'short' WHERE id = (SELECT model_version_id FROM processing_task WHERE id = $1)`,
      [spoilt],
    );
    await bed.database.query(`UPDATE processing_task SET created_at = now() - interval '2 minutes' WHERE id = $1`, [spoilt]);
    await bed.database.query(`UPDATE processing_task SET created_at = now() - interval '1 minute' WHERE id = $1`, [good]);
    expect(await bed.settled(good)).toMatchObject({ status: 'done' });
    expect(await bed.settled(spoilt)).toMatchObject({ status: 'failed', error: expect.stringMatching(/^unknown-payload: /) });
  });
});
