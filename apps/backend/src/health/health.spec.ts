import { findProcess, startPostgres, startRedis, startS3, stopPart } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { ApiClient, eventually, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let nobody: ApiClient;

beforeAll(async () => {
  bed = await TestBed.open();
  blue = await bed.start('blue');
  nobody = new ApiClient(blue);
});
afterAll(() => bed.close());

const HEALTHY = { status: 'healthy', version: '1.3.0', checks: { database: 'connected', redis: 'connected', storage: 'connected' } };
const healthy = async (): Promise<boolean> => (await nobody.get('/health')).status === 200;

describe('GET /api/v1/health', () => {
  it('answers as the specification has it', async () => {
    const answer = await nobody.get('/health');
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).toBe(JSON.stringify(HEALTHY));
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['postgres', 'database', startPostgres],
    ['redis', 'redis', startRedis],
    ['s3', 'storage', startS3],
  ] as const)(
    'names %s while it is away, survives that and recovers by itself',
    async (name, check, start) => {
      await stopPart(bed.dir, name);
      const { status, body } = await nobody.get('/health');
      expect(status).toBe(503);
      expect(body).toEqual({
        ...HEALTHY,
        status: 'unhealthy',
        checks: { ...HEALTHY.checks, [check]: expect.stringMatching(/^failed: [\w ]+$/) },
      });
      expect((await nobody.get('/live')).status).toBe(200);
      const projects = await nobody.get('/projects');
      expect([projects.status, projects.body.code]).toEqual(name === 'postgres' ? [503, 'database-unavailable'] : [200, undefined]);
      await start(bed.dir);
      await eventually(healthy, `the slot to be healthy after ${name} came back`);
      expect((await nobody.get('/projects')).status).toBe(200);
    },
    60_000,
  );

  it('is bounded at 5 s where a part takes the connection and says nothing', async () => {
    const redis = findProcess(bed.dir, 'redis');
    if (redis === null) throw new Error('Redis does not run');
    process.kill(redis.pid, 'SIGSTOP');
    try {
      expect(await nobody.get('/health')).toMatchObject({ status: 503, body: { checks: { redis: 'failed: no answer within 5 s' } } });
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await eventually(healthy, 'the slot to be healthy again');
  });
});

describe('a backend that starts while everything is away', () => {
  it('listens, says so, refuses with 503, and recovers by itself', async () => {
    for (const name of ['postgres', 'redis', 's3'] as const) await stopPart(bed.dir, name);
    const green = await bed.launch('green');
    const client = new ApiClient(green);
    const { status, body } = await client.get('/health');
    expect(status).toBe(503);
    expect(Object.values(body.checks)).toEqual(Array(3).fill(expect.stringMatching(/^failed: /)));
    expect(await client.get('/projects')).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    await Promise.all([startPostgres(bed.dir), startRedis(bed.dir), startS3(bed.dir)]);
    await eventually(async () => (await client.get('/health')).status === 200, 'green to be healthy');
    await eventually(async () => (await bed.sql(`SELECT FROM slot_release WHERE slot = 'green'`)).length === 1, 'green to be registered');
    expect(await bed.sql('SELECT slot, release, contracts FROM slot_release ORDER BY slot')).toEqual([
      { slot: 'blue', release: '1.3.0', contracts: [1, 2] },
      { slot: 'green', release: '1.3.0', contracts: [1, 2] },
    ]);
  });
});
