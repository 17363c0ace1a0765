import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrations } from '@devplatform/migrations';
import { ApiClient, eventually, TestBed } from './test-bed.ts';

const repository = join(import.meta.dirname, '../../..');
/** Where Node finds the packages that stay outside of the bundle. */
const built = mkdtempSync(join(repository, 'node_modules/.backend-spec-'));
const running: ChildProcess[] = [];
let bed: TestBed;

beforeAll(async () => {
  [bed] = await Promise.all([TestBed.open(), ...(['1.2.0', '1.3.0'] as const).map(build)]);
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await bed.close();
  rmSync(built, { recursive: true, force: true });
});

/** Our own code as one file of one release, as scripts/build.mts makes it. */
async function build(release: string): Promise<void> {
  const program = `
    import { build } from 'rolldown';
    await build({
      cwd: ${JSON.stringify(repository)},
      input: { main: 'apps/backend/src/main.ts', migrate: 'apps/backend/src/migrate.ts' },
      platform: 'node', logLevel: 'silent', tsconfig: 'tsconfig.base.json',
      external: (id) => !/^(\\.|\\/|@devplatform\\/|@oxc-project\\/|apps\\/)/.test(id),
      transform: {
        define: { 'process.env.DEVPLATFORM_RELEASE': ${JSON.stringify(JSON.stringify(release))} },
        decorator: { legacy: true, emitDecoratorMetadata: true },
      },
      output: { dir: ${JSON.stringify(join(built, release))}, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', keepNames: true },
    });`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: repository });
}

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
  readonly lines: Record<string, unknown>[];
}

async function start(release: string, slot: 'blue' | 'green'): Promise<Process> {
  const env = { ...bed.environment(slot), LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, [join(built, release, 'main.mjs')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  await eventually(() => Promise.resolve(lines.some(({ msg }) => msg === 'listening')), `${release} to listen`);
  const url = String(lines.find(({ msg }) => msg === 'listening')?.url);
  await eventually(async () => (await new ApiClient({ url }).get('/health')).status === 200, `${release} to be healthy`);
  return { child, url, lines };
}

async function run(file: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(built, file), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

describe('the process of a release', () => {
  it('of v1.2.0 works on the schema of v1.3.0 beside it and knows nothing of what is new', async () => {
    const [old, fresh] = [await start('1.2.0', 'blue'), await start('1.3.0', 'green')];
    const ada = await ApiClient.register(old);
    const project = (await ada.post('/projects', { name: 'Skew' })).body.id;
    const made = await ada.post(`/projects/${project}/annotations`, { body: 'Look', position: [0, 0, 0] });
    expect(made.headers.get('x-api-version')).toBe('1.2.0');
    expect(made.body).not.toHaveProperty('status');
    expect(await ada.patch(`/annotations/${made.body.id}`, { status: 'resolved' })).toMatchObject({
      status: 404,
      body: { code: 'unknown-route' },
    });
    const resolved = await ada.on(fresh).patch(`/annotations/${made.body.id}`, { status: 'resolved' });
    expect(resolved).toMatchObject({ status: 200, body: { status: 'resolved' } });
    expect((await ada.get(`/projects/${project}/annotations`)).body.items).toEqual([made.body]);
    await eventually(async () => (await bed.sql('SELECT FROM slot_release')).length === 2, 'both to be registered');
    expect(await bed.sql('SELECT slot, release, contracts FROM slot_release ORDER BY slot')).toEqual([
      { slot: 'blue', release: '1.2.0', contracts: [1] },
      { slot: 'green', release: '1.3.0', contracts: [1, 2] },
    ]);
    for (const { child } of [old, fresh]) child.kill('SIGTERM');
  });

  it('HTTP-3: answers what is under way at SIGTERM, takes nothing new, stops in order and exits 0', async () => {
    const { child, url, lines } = await start('1.3.0', 'blue');
    const lock = await bed.hold('LOCK TABLE project IN ACCESS EXCLUSIVE MODE');
    const underWay = new ApiClient({ url }).get('/projects');
    await eventually(
      async () => (await bed.sql(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length > 0,
      'the request to wait',
    );
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await eventually(() => Promise.resolve(lines.some(({ stage }) => stage === 'accepting')), 'the stop to begin');
    await expect(new ApiClient({ url }).get('/live', { connection: 'close' })).rejects.toThrow('fetch failed');
    child.kill('SIGTERM');
    await lock.release();
    const answer = await underWay;
    expect([answer.status, await exited]).toEqual([200, [0, null]]);
    expect(lines.filter(({ msg }) => msg === 'stage stopped').map(({ stage }) => stage)).toEqual([
      ...['accepting', 'upkeep', 'requests', 'sockets', 'queues', 'control plane', 'pools'],
    ]);
  });

  it('does not start in production without secrets or with those of development, and repeats none', async () => {
    const production = { ...bed.environment('blue'), NODE_ENV: 'production' };
    const development = 'devplatform-development-secret-not-for-production';
    for (const secrets of [{}, { AUTH_SECRET: development, INTERNAL_TOKEN: development }]) {
      const { code, stderr } = await run('1.3.0/main.mjs', { ...production, ...secrets });
      expect(code).toBe(1);
      expect(stderr).toMatch(/nothing was started:\n {2}.*INTERNAL_TOKEN|AUTH_SECRET/);
      expect(stderr).not.toContain(development);
    }
  });

  it('MIG-79: does not run on a database that has gone past its release, and says so', async () => {
    await bed.sql(`CREATE TABLE release_fence (minimum text, migration text)`);
    await bed.sql(`INSERT INTO release_fence VALUES ('1.3.0', 'DropOld')`);
    try {
      const { code, stderr } = await run('1.2.0/main.mjs', bed.environment('blue'));
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^Release 1\.2\.0 cannot run on this database any more: DropOld took away/),
      ]);
      const { child } = await start('1.3.0', 'green');
      child.kill('SIGTERM');
    } finally {
      await bed.sql('DROP TABLE release_fence');
    }
  });

  it('says which port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await run('1.3.0/main.mjs', { ...bed.environment('blue'), PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`address already in use 127.0.0.1:${port}`);
  });
});

describe('the migrations of a release', () => {
  const lines = (stdout: string): unknown[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('are named as they are applied, once', async () => {
    const DATABASE_URL = await bed.emptyDatabase('fresh');
    const newest = 'AddAnnotationStatus1764100000000';
    const older = migrations.map((Migration) => ({ applied: new Migration().name })).filter(({ applied }) => applied !== newest);
    const first = await run('1.2.0/migrate.mjs', { DATABASE_URL });
    expect([first.code, lines(first.stdout)]).toEqual([0, [...older, { done: true, applied: older.length }]]);
    const second = await run('1.3.0/migrate.mjs', { DATABASE_URL });
    expect([second.code, lines(second.stdout)]).toEqual([0, [{ applied: newest }, { done: true, applied: 1 }]]);
    expect(lines((await run('1.3.0/migrate.mjs', { DATABASE_URL })).stdout)).toEqual([{ done: true, applied: 0 }]);
  });

  it('leave nothing behind where one fails half-way, and say which', async () => {
    const DATABASE_URL = await bed.emptyDatabase('occupied', 'CREATE TABLE slot_release (surprise int)');
    const { code, stdout } = await run('1.3.0/migrate.mjs', { DATABASE_URL });
    expect([code, lines(stdout)]).toEqual([
      1,
      [{ error: expect.stringMatching(/CreatePlatform1764000000000 failed and was rolled back.*slot_release/) }],
    ]);
    expect(await bed.sql(`SELECT FROM pg_tables WHERE tablename IN ('app_user', 'annotation')`, [], DATABASE_URL)).toEqual([]);
  });

  it('MIG-78: take nothing away while an older release is connected', async () => {
    const { child } = await start('1.2.0', 'green');
    await eventually(
      async () => (await bed.sql(`SELECT FROM slot_release WHERE release = '1.2.0' AND slot = 'green'`)).length > 0,
      'it to be known',
    );
    const environment = { DATABASE_URL: bed.environment('blue').DATABASE_URL };
    const refused = await run('1.3.0/migrate.mjs', environment, '--contract');
    expect([refused.code, lines(refused.stdout)]).toEqual([
      1,
      [{ error: expect.stringMatching(/wait until 1\.3\.0 .*green \(1\.2\.0\) still does/) }],
    ]);
    expect(await run('1.3.0/migrate.mjs', environment)).toMatchObject({ code: 0 });
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(await run('1.3.0/migrate.mjs', environment, '--contract')).toMatchObject({ code: 0 });
    expect(await run('1.3.0/migrate.mjs', environment, '--now')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('--now'),
    });
  });

  it('say what is wrong with the environment and where no database answers', async () => {
    expect(await run('1.3.0/migrate.mjs', {})).toMatchObject({ code: 1, stdout: expect.stringContaining('DATABASE_URL') });
    const away = await run('1.3.0/migrate.mjs', { DATABASE_URL: 'postgresql://u:hunter2@127.0.0.1:1/d' });
    expect(away.code).toBe(1);
    expect(away.stdout).toContain('ECONNREFUSED');
    expect(away.stdout).not.toContain('hunter2');
  });
});
