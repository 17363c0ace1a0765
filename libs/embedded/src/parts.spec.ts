import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startParts, stopParts } from './parts.ts';
import { findProcess } from './process.ts';

const dir = mkdtempSync(join(tmpdir(), 'devplatform-parts-'));

afterAll(async () => {
  await stopParts(dir);
  rmSync(dir, { recursive: true, force: true });
});

describe('the embedded parts', () => {
  it('keep their data, their addresses and their processes between commands', async () => {
    const first = await startParts(dir, {});
    const pids = ['postgres', 'redis', 's3'].map((name) => findProcess(dir, name)?.pid);
    await query(first.databaseUrl, 'CREATE TABLE kept (n int)');
    expect((await fetch(`${first.s3.endpoint}/devplatform`)).status).toBe(403);

    expect(await startParts(dir, {})).toEqual(first);
    expect(['postgres', 'redis', 's3'].map((name) => findProcess(dir, name)?.pid)).toEqual(pids);

    expect(await stopParts(dir)).toEqual(['s3', 'redis', 'postgres']);
    expect(await startParts(dir, {})).toEqual(first);
    await expect(query(first.databaseUrl, 'SELECT FROM kept')).resolves.toBe(0);
  }, 60_000);

  it('leave nothing running where one of them cannot be started', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'devplatform-parts-'));
    writeFileSync(join(broken, 'redis'), 'in the way of its data');
    await expect(startParts(broken, {})).rejects.toThrow('EEXIST');
    expect(['postgres', 'redis', 's3'].map((name) => findProcess(broken, name))).toEqual([null, null, null]);
    rmSync(broken, { recursive: true, force: true });
  }, 60_000);

  it('are replaced by what the environment names', async () => {
    const env = { DATABASE_URL: 'postgresql://a', REDIS_URL: 'redis://b', S3_ENDPOINT: 'http://c', S3_ACCESS_KEY: 'k', S3_SECRET_KEY: 's' };
    expect(await startParts(dir, env)).toMatchObject({
      databaseUrl: 'postgresql://a',
      redisUrl: 'redis://b',
      s3: { endpoint: 'http://c' },
    });
    await expect(startParts(dir, { ...env, S3_SECRET_KEY: undefined })).rejects.toThrow('S3_SECRET_KEY must be set');
  });
});

async function query(url: string, sql: string): Promise<number | null> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rowCount;
  } finally {
    await client.end();
  }
}
