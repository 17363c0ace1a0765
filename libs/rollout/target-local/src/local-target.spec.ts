import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { findProcess, until } from '@devplatform/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Slot } from '@devplatform/contracts';
import type { Lease, Release } from '@devplatform/rollout-engine';
import { localTarget, type LocalTarget } from './local-target.ts';
import { writeRelease } from './spec-support/stub-release.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

/** External parts, so that these tests are about the target alone; the conformance suite runs on real ones. */
const ENV = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
  REDIS_URL: 'redis://127.0.0.1:9',
  S3_ENDPOINT: 'http://127.0.0.1:9',
  S3_ACCESS_KEY: 'key',
  S3_SECRET_KEY: 'secret',
};

let folder: TemporaryFolder;
let home: string;
let releasesDir: string;
let target: LocalTarget;
let lease: Lease;
let v1: Release;
let v2: Release;

beforeEach(async () => {
  folder = new TemporaryFolder();
  home = join(folder.path, 'home');
  releasesDir = join(folder.path, 'releases');
  v1 = writeRelease(releasesDir, 'v1.2.0');
  v2 = writeRelease(releasesDir, 'v1.3.0');
  target = again();
  lease = await target.lease({ who: 'test@here', deploymentId: 'd' });
});

afterEach(async () => {
  await target.down();
  folder[Symbol.dispose]();
});

describe('the target local', () => {
  it('brings up, deploys, switches, goes back, and is found again by a later command', async () => {
    expect(await target.describe()).toMatchObject({ exists: false, active: null, previous: null, publicUrl: null });
    expect(await target.prepare(lease)).toEqual({ created: true });
    expect(await target.prepare(lease)).toEqual({ created: false });
    expect(await target.migrate(v1, lease)).toMatchObject({ applied: ['CreateAnnotation1'] });

    await deployHealthy('blue', v1);
    expect(await target.describe()).toMatchObject({ exists: true, active: null, slots: { blue: { release: 'v1.2.0', running: true } } });
    expect((await target.switchTo('blue', lease)).effectiveMs).toBeGreaterThan(0);
    expect(await target.describe()).toMatchObject({ active: 'blue', previous: null });

    await deployHealthy('green', v2);
    await target.switchTo('green', lease);
    expect(await again().describe()).toMatchObject({
      ...{ target: 'local', exists: true, active: 'green', previous: 'blue', publicUrl: target.publicUrl },
      slots: { blue: { release: 'v1.2.0', running: true }, green: { release: 'v1.3.0', digest: v2.digest, running: true } },
    });
    await target.switchTo('blue', lease);
    expect(await again().describe()).toMatchObject({ active: 'blue', previous: 'green' });

    await target.stop('green', lease);
    expect(await target.describe()).toMatchObject({ active: 'blue', previous: null, slots: { green: { release: null, running: false } } });
    await lease.release();
    const { stopped } = await again().down();
    expect(stopped).toEqual(['front-door', 'worker-blue', 'backend-blue', 'frontend-blue']);
    expect(await again().describe()).toMatchObject({ exists: false, active: null });
  });

  it('gives each process what it needs and no secret more', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await target.switchTo('blue', lease);
    const secrets = JSON.parse(readFileSync(join(home, 'secrets.json'), 'utf8')) as Record<string, string>;
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
    const backend = await environmentOf('/api/environment');
    expect(backend).toMatchObject({
      ...{ NODE_ENV: 'production', SLOT: 'blue', HOST: '127.0.0.1', S3_PUBLIC_ENDPOINT: target.publicUrl, S3_BUCKET: 'devplatform' },
      ...{ AUTH_SECRET: secrets.authSecret, INTERNAL_TOKEN: secrets.internalToken, DATABASE_URL: ENV.DATABASE_URL },
    });
    const page = await environmentOf('/');
    expect(page).toMatchObject({ SLOT: 'blue', ASSET_DEPOT: join(home, 'assets') });
    for (const name of ['AUTH_SECRET', 'INTERNAL_TOKEN', 'DATABASE_URL', 'S3_SECRET_KEY']) expect(page).not.toHaveProperty(name);
  });

  it('works the control planes of a slot', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    expect(await workerState('blue')).toBe('paused');
    await target.startWork('blue', lease);
    expect(await workerState('blue')).toBe('running');
    await target.pauseWork('blue', lease);
    expect(await workerState('blue')).toBe('paused');
    await target.drain('blue', 'green', crypto.randomUUID(), lease);
    await target.undrain('blue', lease);
    expect(await target.inFlight('blue')).toEqual({
      sockets: 3,
      notYetHinted: 0,
      httpInFlight: 1,
      appendQueue: 0,
      activeJobs: 2,
      forced: 0,
    });
    expect(await target.ledger('latest')).toBeNull();
    const handoverId = crypto.randomUUID();
    const counted = { socket: 3, request: 1, upload: 0, job: 0, page: 0 };
    expect(await target.openLedger('blue', 'green', handoverId, lease)).toEqual(counted);
    expect(await target.ledger('latest')).toMatchObject({ handoverId, from: 'blue', to: 'green', counted });
  });

  it('counts nothing for a service that has ended, and for the others what they say', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await kill('worker-blue');
    expect(await target.inFlight('blue')).toMatchObject({ sockets: 3, activeJobs: 0 });
    await kill('backend-blue');
    expect(await target.inFlight('blue')).toMatchObject({ sockets: 0, activeJobs: 0 });
    await expect(target.ledger('latest')).rejects.toMatchObject({ code: 'environment-broken' });
  });

  it('starts a service again that has ended: where it was, the worker in the state that its slot has', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await deployHealthy('green', v2);
    await target.switchTo('blue', lease);
    await expect(target.restart('blue', 'backend')).rejects.toThrow('backend-blue has not ended');
    for (const slot of ['blue', 'green'] as const) {
      const before = target.addresses(slot);
      for (const service of ['backend', 'worker'] as const) {
        await kill(`${service}-${slot}`);
        await target.restart(slot, service);
      }
      await healthy(slot);
      expect(target.addresses(slot)).toEqual(before);
      expect(await workerState(slot)).toBe(slot === 'blue' ? 'running' : 'paused');
    }
  });

  it('leads the front door to what stands before a slot where it is told so', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    const detour = (target.addresses('blue')?.backend ?? '').replace('127.0.0.1', 'localhost');
    const detoured = localTarget({ home, releasesDir, env: { ...ENV, BACKEND_ROUTES: JSON.stringify({ blue: detour }) } });
    await detoured.switchTo('blue', lease);
    expect((await target.frontDoor?.state())?.routes?.backend).toBe(detour);
  });

  it('refuses to replace or stop the active slot', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await target.switchTo('blue', lease);
    await expect(target.deploy('blue', v2, lease)).rejects.toMatchObject({ code: 'slot-active' });
    await expect(target.stop('blue', lease)).rejects.toMatchObject({ code: 'slot-active' });
    expect(await target.describe()).toMatchObject({ active: 'blue', slots: { blue: { release: 'v1.2.0', running: true } } });
  });

  it('puts the old slot back when the new one does not answer', async () => {
    const broken = writeRelease(releasesDir, 'v1.4.0', { 'backend/main.js': 'setInterval(() => undefined, 1000);' });
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await target.switchTo('blue', lease);
    await target.deploy('green', broken, lease);
    await expect(target.switchTo('green', lease)).rejects.toMatchObject({ code: 'switch-failed', untouched: 'blue is active again.' });
    expect(await target.describe()).toMatchObject({ active: 'blue', previous: null });
  }, 20_000);

  it('says why a service is not healthy', async () => {
    const broken = writeRelease(releasesDir, 'v1.4.0', {
      'backend/main.js': 'throw new Error("no such table: annotation");',
      'frontend/server.js': 'setInterval(() => undefined, 1000);',
    });
    await target.prepare(lease);
    await target.deploy('green', broken, lease);
    const probes = await until(
      async () => {
        const samples = await target.probe('green');
        return samples.some(({ state }) => state === 'down') ? samples : null;
      },
      { what: 'the backend to end', deadlineMs: 10_000 },
    );
    expect(probes.map(({ service }) => service)).toEqual(['backend', 'frontend', 'worker']);
    expect(probes[0]).toMatchObject({ state: 'down', detail: expect.stringContaining('Error: no such table: annotation') });
    expect(probes[1]).toMatchObject({ state: 'starting', detail: expect.stringContaining('ECONNREFUSED') });
    expect((await target.probe('blue')).map(({ state }) => state)).toEqual(['down', 'down', 'down']);
  });

  it('runs nothing of a release whose migration fails or whose files are missing', async () => {
    const program =
      'console.log(JSON.stringify({ applied: "One1" })); console.log(JSON.stringify({ error: "column exists" })); process.exitCode = 1;';
    const failing = writeRelease(releasesDir, 'v1.4.0', { 'backend/migrate.js': program });
    await target.prepare(lease);
    await expect(target.migrate(failing, lease)).rejects.toMatchObject({
      code: 'migration-failed',
      message: 'A migration of v1.4.0 failed: column exists',
      untouched: expect.stringContaining('One1'),
    });
    const crashing = writeRelease(releasesDir, 'v1.5.0', {
      'backend/migrate.js': 'throw new Error("no connection")',
      'worker/main.js': null,
    });
    await expect(target.migrate(crashing, lease)).rejects.toMatchObject({ message: expect.stringContaining('no connection') });
    await expect(target.deploy('green', crashing, lease)).rejects.toMatchObject({
      code: 'deploy-failed',
      message: expect.stringContaining('worker/main.js'),
    });
    expect((await target.describe()).slots.green).toMatchObject({ release: null, running: false });
  });

  it('starts a front door that was killed with the same address and the same routes', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await target.switchTo('blue', lease);
    const url = target.publicUrl;
    await kill('front-door');
    expect(await target.describe()).toMatchObject({ exists: true, active: null, publicUrl: null });
    await expect(target.deploy('blue', v2, lease)).rejects.toMatchObject({ code: 'slot-active' });
    expect(await target.prepare(lease)).toEqual({ created: true });
    expect(target.publicUrl).toBe(url);
    expect(await target.describe()).toMatchObject({ active: 'blue' });
  });

  it('routes to nobody when the active slot is gone, and lets that slot be deployed again', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await target.switchTo('blue', lease);
    await kill('backend-blue');
    expect(await target.describe()).toMatchObject({ active: null, slots: { blue: { running: false } } });
    await kill('front-door');
    await target.prepare(lease);
    expect((await fetch(target.publicUrl ?? '')).status).toBe(503);
    await deployHealthy('blue', v2);
    await target.switchTo('blue', lease);
    expect(await target.describe()).toMatchObject({ active: 'blue' });
  });

  it('names who holds the port of the front door', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const PORT = typeof address === 'object' && address !== null ? String(address.port) : '';
    const other = localTarget({ home, releasesDir, env: { ...ENV, PORT } });
    await expect(other.prepare(lease)).rejects.toMatchObject({
      code: 'environment-broken',
      message: expect.stringMatching(new RegExp(`^Port ${PORT}, .+ is taken by .*`)),
    });
    holder.close();
    await other.prepare(lease);
    expect(other.publicUrl).toBe(`http://127.0.0.1:${PORT}`);
  });

  it('lets a deployment that lost its lease change nothing more', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    await lease.release();
    await again().lease({ who: 'other@here', deploymentId: 'e' });
    const lost = { code: 'lease-lost', message: 'other@here took the lease over.' };
    await expect(target.prepare(lease)).rejects.toMatchObject(lost);
    await expect(target.migrate(v1, lease)).rejects.toMatchObject(lost);
    await expect(target.deploy('green', v2, lease)).rejects.toMatchObject(lost);
    await expect(target.switchTo('blue', lease)).rejects.toMatchObject(lost);
    await expect(target.startWork('blue', lease)).rejects.toMatchObject(lost);
    await expect(target.pauseWork('blue', lease)).rejects.toMatchObject(lost);
    await expect(target.drain('blue', 'green', 'h', lease)).rejects.toMatchObject(lost);
    await expect(target.undrain('blue', lease)).rejects.toMatchObject(lost);
    await expect(target.openLedger('blue', 'green', 'h', lease)).rejects.toMatchObject(lost);
    await expect(target.stop('blue', lease)).rejects.toMatchObject(lost);
  });

  it('takes a recycled pid neither for its own process nor ends it', async () => {
    await target.prepare(lease);
    await deployHealthy('blue', v1);
    const file = join(home, 'processes/frontend-blue.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    await kill('frontend-blue');
    writeFileSync(file, JSON.stringify({ ...record, pid: process.pid }));
    expect((await target.describe()).slots.blue.running).toBe(false);
    await target.stop('blue', lease);
  });
});

/** The same environment, from another command. */
function again(): LocalTarget {
  return localTarget({ home, releasesDir, env: ENV });
}

async function deployHealthy(slot: Slot, release: Release): Promise<void> {
  await target.deploy(slot, release, lease);
  await healthy(slot);
}

async function healthy(slot: Slot): Promise<void> {
  const all = async (): Promise<boolean> => (await target.probe(slot)).every(({ state }) => state === 'healthy');
  await until(all, { what: `${slot} to be healthy`, deadlineMs: 15_000 });
}

async function kill(name: string): Promise<void> {
  const record = findProcess(home, name);
  if (record === null) throw new Error(`${name} does not run`);
  process.kill(record.pid, 'SIGKILL');
  await until(() => findProcess(home, name) === null, { what: `${name} to end`, deadlineMs: 5000 });
}

async function environmentOf(path: string): Promise<Record<string, string>> {
  return (await fetch(`${target.publicUrl ?? ''}${path}`).then((response) => response.json())) as Record<string, string>;
}

async function workerState(slot: Slot): Promise<string> {
  return /"state":"(\w+)"/.exec((await target.probe(slot)).find(({ service }) => service === 'worker')?.detail ?? '')?.[1] ?? '';
}
