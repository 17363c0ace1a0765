import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { get, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SLOT_HEADER } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { Crowd, LocalEnvironment, Platform, query, verdictOf, type Minimum } from '@devplatform/harness';
import { releasesFolder, reseal } from './doctored-release.ts';
import { RELEASES } from './releases.ts';

const NO_MINIMUM: Minimum = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };
/** More than all the buffers between a slot and a client who does not read. */
const LARGE = randomBytes(64 * 1024 * 1024);
const LARGE_PATH = '/assets/large-0a1b2c3d.bin';
const MOVES = 12;

describe('HTTP', () => {
  const dir = mkdtempSync(join(tmpdir(), 'devplatform-http-'));
  let environment: LocalEnvironment;

  beforeAll(async () => {
    const releases = releasesFolder(dir);
    unlinkSync(join(releases, 'v1.2.0'));
    cpSync(join(RELEASES, 'v1.2.0'), join(releases, 'v1.2.0'), { recursive: true });
    writeFileSync(join(releases, 'v1.2.0/frontend/public', LARGE_PATH), LARGE);
    await reseal(join(releases, 'v1.2.0'));
    environment = await LocalEnvironment.bringUp({ releases });
  }, 90_000);

  afterAll(async () => {
    await environment[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  it('HTTP-2: a slow download and a long poll that are under way at the switch end well', async () => {
    const platform = await Platform.register(environment.publicUrl);
    const taskId = await aTaskThatRuns((await platform.createProject('Long polls')).id);
    const blue = environment.slots().blue;
    const metrics = { headers: { authorization: `Bearer ${blue?.internalToken ?? ''}` } };

    const poll = fetch(`${environment.publicUrl}/api/v1/tasks/${taskId}?wait=30`, {
      headers: { authorization: `Bearer ${platform.token}` },
    });
    await until(
      async () => /http_requests_in_flight\S* [1-9]/.test(await (await fetch(`${blue?.backendInternal ?? ''}/metrics`, metrics)).text()),
      {
        what: 'the long poll to be under way on blue',
        deadlineMs: 10_000,
      },
    );
    const [download] = (await once(get(`${environment.publicUrl}${LARGE_PATH}`), 'response')) as [IncomingMessage];
    expect([download.statusCode, download.headers[SLOT_HEADER]]).toEqual([200, 'blue']);

    await environment.deploy('green', 'v1.3.0');
    const answer = await poll;
    expect([answer.status, answer.headers.get(SLOT_HEADER)]).toEqual([200, 'blue']);
    expect(await answer.json()).toMatchObject({ id: taskId, status: 'running' });
    expect(await bytesOf(download)).toEqual({ complete: true, sha256: createHash('sha256').update(LARGE).digest('hex') });
  }, 60_000);

  it(`HTTP-1: kept connections see no error over ${MOVES} switches there and back, and each POST is applied once`, async () => {
    await using crowd = await Crowd.gather(environment, { requestsPerSecond: 60, scenes: 1, editorsPerScene: 2, editsPerSecond: 2 });
    for (let move = 0; move < MOVES; move += 1) {
      await crowd.lives('rollback', () => environment.rollback());
      await crowd.goesOnFor(30);
    }
    const evidence = await crowd.evidence();
    const kept = evidence.requests.filter(({ connection }) => connection === 'kept');
    const slots = new Set(kept.map(({ slot }) => slot));
    const posts = new Set(kept.flatMap(({ note }) => note ?? []));
    console.log(`${kept.length} requests over kept connections of ${evidence.requests.length}, ${posts.size} different POSTs among them`);
    expect([kept.length > MOVES * 30, posts.size > MOVES * 2, slots]).toEqual([true, true, new Set(['blue', 'green'])]);
    expect(verdictOf(evidence, NO_MINIMUM).find(({ promise }) => promise === 'BG-1')?.broken).toEqual([]);
  }, 240_000);

  it('HTTP-3: SIGTERM with a request in flight: answered with 200, in the documented order, exit 0; a second signal does not hurt', async () => {
    const slot = await aSlotOfItsOwn();
    try {
      const account = { email: `${randomUUID()}@http.example`, password: 'correct horse battery' };
      expect((await fetch(`${slot.url}/api/v1/auth/register`, post({ ...account, name: 'Ada' }))).status).toBe(201);
      const body = JSON.stringify(account);
      const headers = { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' };
      const signIn = request(`${slot.url}/api/v1/auth/sign-in`, { method: 'POST', headers });
      const answered = once(signIn, 'response') as Promise<[IncomingMessage]>;
      signIn.flushHeaders();
      await once(signIn, 'continue');
      slot.child.kill('SIGTERM');
      await until(() => slot.stages().includes('accepting'), { what: 'the stop to begin', deadlineMs: 10_000 });
      slot.child.kill('SIGTERM');
      signIn.end(body);
      const [answer] = await answered;
      expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
      answer.resume();
      expect(await slot.exited).toEqual([0, null]);
      expect(slot.stages()).toEqual(['accepting', 'upkeep', 'requests', 'sockets', 'queues', 'control plane', 'pools']);
    } finally {
      slot.child.kill('SIGKILL');
    }
  }, 60_000);

  /** A task of the project that does not end: no worker knows its contract. */
  const aTaskThatRuns = async (projectId: string): Promise<string> => {
    const { databaseUrl } = await environment.parts();
    const [task] = await query<{ id: string }>(
      databaseUrl,
      `WITH source AS (
         INSERT INTO upload (project_id, client_upload_id, file_name, size, sha256, object_key, status)
         VALUES ($1, gen_random_uuid(), 'chair.glb', 9, 's', 'k', 'verifying') RETURNING id
       ), thing AS (
         INSERT INTO model (project_id, name) VALUES ($1, 'chair') RETURNING id
       ), version AS (
         INSERT INTO model_version (model_id, number, upload_id, file_name, object_key, size, sha256)
         SELECT thing.id, 1, source.id, 'chair.glb', 'k', 9, 's' FROM thing, source RETURNING id
       )
       INSERT INTO processing_task (project_id, model_version_id, contract, status) SELECT $1, id, 99, 'running' FROM version RETURNING id`,
      [projectId],
    );
    return task?.id ?? '';
  };

  /** The released backend as a process whose end can be seen; the deployed ones belong to the command line. */
  const aSlotOfItsOwn = async () => {
    const { databaseUrl, redisUrl, s3 } = await environment.parts();
    const child = spawn(process.execPath, [join(RELEASES, 'v1.3.0/backend/main.js')], {
      env: {
        ...{
          NODE_ENV: 'test',
          SLOT: 'green',
          PORT: '0',
          INTERNAL_PORT: '0',
          LOG_LEVEL: 'info',
          DATABASE_URL: databaseUrl,
          REDIS_URL: redisUrl,
        },
        ...{
          S3_ENDPOINT: s3.endpoint,
          S3_REGION: s3.region,
          S3_BUCKET: s3.bucket,
          S3_ACCESS_KEY: s3.accessKey,
          S3_SECRET_KEY: s3.secretKey,
        },
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: { readonly msg?: string; readonly url?: string; readonly stage?: string }[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as object));
    const exited = once(child, 'exit');
    const url = await until(() => lines.find(({ msg }) => msg === 'listening')?.url, { what: 'the backend to listen', deadlineMs: 20_000 });
    await until(async () => (await fetch(`${url}/api/v1/health`)).ok, { what: 'the backend to be healthy', deadlineMs: 20_000 });
    const stages = (): readonly string[] =>
      lines.flatMap(({ msg, stage }) => (msg === 'stage stopped' && stage !== undefined ? [stage] : []));
    return { child, url, exited, stages };
  };
});

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function bytesOf(message: IncomingMessage): Promise<{ readonly complete: boolean; readonly sha256: string }> {
  const hash = createHash('sha256');
  for await (const chunk of message) hash.update(chunk as Buffer);
  return { complete: message.complete, sha256: hash.digest('hex') };
}
