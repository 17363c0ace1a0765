import { randomUUID } from 'node:crypto';
import { DrainStatus, SceneState, SmokeJob, SmokeWorkspace } from '@devplatform/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Backend } from '../backend.ts';
import { ApiClient, type Body, eventually, TestBed } from '../test-bed.ts';

const TOKEN = TestBed.INTERNAL_TOKEN;

let bed: TestBed;
let blue: Backend;
let green: Backend;
let ada: ApiClient;
let control: ApiClient;

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  ada = await ApiClient.register(blue);
  control = ApiClient.ofControlPlane(blue, TOKEN);
});
afterAll(() => bed.close());

describe('the control plane', () => {
  it('answers nobody without its token, and is not on the public port', async () => {
    for (const path of ['/live', '/metrics', '/drain', '/nothing']) {
      for (const token of [undefined, `${TOKEN}x`, ada.token]) {
        expect(await ApiClient.ofControlPlane(blue, token).get(path)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      }
    }
    for (const path of ['/metrics', '/drain']) expect((await new ApiClient(blue).get(path)).status).toBe(404);
    expect((await control.get('/live')).status).toBe(200);
    expect(await control.get('/nothing')).toMatchObject({ status: 404, body: { code: 'unknown-route' } });
  });

  it('counts and times requests by route, never by address', async () => {
    await ada.get(`/projects/${randomUUID()}`);
    const series =
      'http_request_duration_seconds_count{slot="blue",release="1.3.0",method="GET",route="/api/v1/projects/:id",status="404"}';
    await eventually(async () => (await control.get('/metrics')).text.includes(`${series} 1`), 'the request to be counted');
    const { text } = await control.get('/metrics');
    expect(text).toMatch(/^http_requests_in_flight\{slot="blue",release="1.3.0"\} 0$/m);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
  });

  it('drains to the other slot: clients are asked to reconnect, and nothing is refused', async () => {
    const to = { handoverId: randomUUID(), to: 'green', publicUrl: green.url };
    expect(await control.post('/drain', { ...to, publicUrl: blue.url })).toMatchObject({
      status: 409,
      body: { code: 'front-door-elsewhere' },
    });
    expect((await ada.get('/projects')).headers.get('connection')).toBe('keep-alive');
    const { body } = await control.post('/drain', to);
    expect(DrainStatus.parse(body)).toMatchObject({ slot: 'blue', draining: true, handoverId: to.handoverId, sockets: 0, httpInFlight: 0 });
    const answer = await ada.get('/projects');
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect(await control.delete('/drain')).toMatchObject({ status: 200, body: { draining: false } });
    expect((await ada.get('/projects')).headers.get('connection')).toBe('keep-alive');
  });

  it('says what is wrong with a request', async () => {
    expect(await control.post('/drain', { to: 'red' })).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await control.post('/drain', '{')).toMatchObject({ status: 400, body: { code: 'malformed-request' } });
    expect(await control.get('/scenes/1/state')).toMatchObject({ status: 400, body: { errors: [{ path: 'id' }] } });
    expect(await control.get(`/scenes/${randomUUID()}/state`)).toMatchObject({ status: 404, body: { code: 'unknown-scene' } });
  });
});

describe('a smoke test', () => {
  it('gets a workspace that only it sees, and leaves nothing behind', async () => {
    const made = await control.post('/smoke/workspace');
    const { projectId, sceneId, token } = SmokeWorkspace.parse(made.body);
    const smoke = new ApiClient(green, token);
    expect((await smoke.get(`/scenes/${sceneId}`)).status).toBe(200);
    for (const client of [ada, new ApiClient(blue)]) expect((await client.get(`/projects/${projectId}`)).status).toBe(404);
    const state = SceneState.parse((await control.get(`/scenes/${sceneId}/state`)).body);
    expect(state).toMatchObject({ sceneId, headSeq: 0, objects: 0 });
    expect((await control.delete('/smoke/workspace')).status).toBe(204);
    expect((await smoke.get(`/scenes/${sceneId}`)).status).toBe(404);
    expect(await bed.sql(`SELECT FROM app_user WHERE email LIKE '%smoke%'`)).toEqual([]);
  });

  it('sends jobs to this slot\u2019s own worker and hears of their end', async () => {
    const start = async (): Promise<string> => SmokeJob.parse((await control.post('/smoke/jobs')).body).id;
    const [good, bad] = [await start(), await start()];
    expect((await control.get(`/smoke/jobs/${good}`)).body).toMatchObject({ status: 'pending', release: null });
    const connection = new Redis(bed.parts.redisUrl, { maxRetriesPerRequest: null });
    const worker = new Worker(
      'smoke.blue',
      ({ data }: { data: { id: string } }) =>
        data.id === bad ? Promise.reject(new Error('no thread')) : Promise.resolve({ release: '1.3.0' }),
      { connection },
    );
    const ended = async (id: string, status: string): Promise<Body> => {
      await eventually(async () => (await control.get(`/smoke/jobs/${id}`)).body.status === status, `job to be ${status}`);
      return (await control.get(`/smoke/jobs/${id}`)).body;
    };
    expect(await ended(good, 'done')).toEqual({ id: good, status: 'done', release: '1.3.0', error: null });
    expect(await ended(bad, 'failed')).toEqual({ id: bad, status: 'failed', release: null, error: 'no thread' });
    await worker.close();
    connection.disconnect();
    expect((await control.get(`/smoke/jobs/${randomUUID()}`)).body.code).toBe('unknown-job');
  });
});
