import { randomUUID } from 'node:crypto';
import { DrainStatus } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, eventually, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let green: Backend;
let ada: ApiClient;
let projectId: string;

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  ada = await ApiClient.register(blue);
  projectId = (await ada.post('/projects', { name: 'Long polls' })).body.id;
});
afterAll(() => bed.close());

/** A task that no worker knows, running. */
async function runningTask(): Promise<string> {
  const [task] = await bed.sql<{ id: string }>(
    `WITH source AS (
       INSERT INTO upload (project_id, client_upload_id, file_name, size, sha256, object_key, status)
       VALUES ($1, gen_random_uuid(), 'chair.glb', 9, 's', 'k' || gen_random_uuid(), 'verifying') RETURNING id
     ), thing AS (
       INSERT INTO model (project_id, name) VALUES ($1, 'chair') RETURNING id
     ), version AS (
       INSERT INTO model_version (model_id, number, upload_id, file_name, object_key, size, sha256)
       SELECT thing.id, 1, source.id, 'chair.glb', 'k', 9, 's' FROM thing, source RETURNING id
     )
     INSERT INTO processing_task (project_id, model_version_id, contract, status) SELECT $1, id, 2, 'running' FROM version RETURNING id`,
    [projectId],
  );
  return task?.id ?? '';
}

const end = (task: string): Promise<unknown> =>
  bed.sql(`UPDATE processing_task SET status = 'done', finished_at = now() WHERE id = $1`, [task]);

/** Polls that are under way at blue and have been answered by nobody. */
async function begin(task: string, count = 1): Promise<Promise<Answer>[]> {
  const polls = Array.from({ length: count }, () => ada.get(`/tasks/${task}?wait=30`));
  const inFlight = async (): Promise<boolean> =>
    (await ApiClient.ofControlPlane(blue, TestBed.INTERNAL_TOKEN).get('/metrics')).text.includes(
      `http_requests_in_flight{slot="blue",release="1.3.0"} ${count}`,
    );
  await eventually(inFlight, `${count} long polls to be under way`);
  return polls;
}

describe('GET /tasks/:id?wait=', () => {
  it('is answered as soon as the task has ended, whoever ended it, and at once where it has ended already', async () => {
    const task = await runningTask();
    const polls = await begin(task, 20);
    await end(task);
    const answers = await Promise.all(polls);
    expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(20).fill([200, 'done']));
    expect((await ada.get(`/tasks/${task}?wait=30`)).body.status).toBe('done');
  });

  it('is answered with what there is after the time, and without it at once', async () => {
    const task = await runningTask();
    for (const query of ['?wait=1', '?wait=0', '']) expect((await ada.get(`/tasks/${task}${query}`)).body.status).toBe('running');
  });

  it.each(['31', '-1', '1.5', 'soon'])('does not wait for %s', async (wait) => {
    expect(await ada.get(`/tasks/${await runningTask()}?wait=${wait}`)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('makes nobody wait who may not see the task', async () => {
    const eve = await ApiClient.register(blue);
    expect((await eve.get(`/tasks/${await runningTask()}?wait=30`)).status).toBe(404);
    expect((await ada.get(`/tasks/${randomUUID()}?wait=30`)).status).toBe(404);
  });

  it('HTTP-2: is answered early by a slot that is being left, which then keeps nobody waiting', async () => {
    const task = await runningTask();
    const [poll] = await begin(task);
    const control = ApiClient.ofControlPlane(blue, TestBed.INTERNAL_TOKEN);
    expect((await control.post('/drain', { handoverId: randomUUID(), to: 'green', publicUrl: green.url })).status).toBe(200);
    const drained = async (): Promise<boolean> => DrainStatus.parse((await control.get('/drain')).body).httpInFlight === 0;
    await until(drained, { what: 'the drained slot to have answered the poll', deadlineMs: 15_000 });
    expect(await poll).toMatchObject({ status: 200, body: { status: 'running' } });
    const late = await ada.get(`/tasks/${task}?wait=30`);
    expect([late.body.status, late.headers.get('connection')]).toEqual(['running', 'close']);
    await control.delete('/drain');
  });

  it('HTTP-2: is answered early by a process that stops', async () => {
    const task = await runningTask();
    const [poll] = await begin(task);
    expect(await blue.lifecycle.stop('test')).toBe(true);
    expect(await poll).toMatchObject({ status: 200, body: { status: 'running' } });
  });
});
