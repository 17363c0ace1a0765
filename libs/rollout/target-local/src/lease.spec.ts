import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { LEASE_MS, LeaseStore } from './lease.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

const CONTENDERS = 8;
const WINS = 5;
const ALICE = { who: 'alice@here', deploymentId: 'd-1' };
const BOB = { who: 'bob@there', deploymentId: 'd-2' };

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the lease', () => {
  it(`has one holder at a time among ${CONTENDERS} processes, and fences that only grow`, async () => {
    using folder = new TemporaryFolder();
    const [dir, marker, log] = ['lock', 'marker', 'log'].map((name) => join(folder.path, name));
    if (dir === undefined || marker === undefined || log === undefined) throw new Error('three paths');
    const contenders = Array.from({ length: CONTENDERS }, () =>
      spawn(process.execPath, [join(__dirname, 'spec-support/contender.ts'), dir, marker, log, String(WINS)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    const outcomes = await Promise.all(
      contenders.map(async (contender) => {
        const complaint = text(contender.stderr);
        await once(contender, 'close');
        return { code: contender.exitCode, complaint: await complaint };
      }),
    );
    expect(outcomes).toEqual(outcomes.map(() => ({ code: 0, complaint: '' })));
    const fences = readFileSync(log, 'utf8').trim().split('\n').map(Number);
    expect(fences).toHaveLength(CONTENDERS * WINS);
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
    expect(readdirSync(dir)).toEqual([`${fences.at(-1) ?? 0}.json`]);
  }, 60_000);

  it('BG-32: says who holds it, since when and at which step', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const lease = store.acquire(ALICE);
    await lease.heartbeat('smoke');
    expect(() => store.acquire(BOB)).toThrow(
      expect.objectContaining({
        code: 'locked',
        message: expect.stringMatching(/^alice@here has been deploying since .+ at step "smoke"/),
      }),
    );
    await lease.release();
    expect(store.acquire(BOB).fence).toBe(lease.fence + 1);
  });

  it('is taken over when it expired, and the old holder may do nothing more', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const old = store.acquire(ALICE);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + LEASE_MS + 1);
    const next = store.acquire(BOB);
    expect(next.fence).toBeGreaterThan(old.fence);
    await expect(old.heartbeat('switch')).rejects.toMatchObject({ code: 'lease-lost', message: 'bob@there took the lease over.' });
    await old.release();
    await next.heartbeat('switch');
  });

  it('lives as long as it is renewed', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const lease = store.acquire(ALICE);
    const now = jest.spyOn(Date, 'now');
    for (let beat = 0; beat < 5; beat += 1) {
      now.mockReturnValue(Date.now() + LEASE_MS / 2);
      expect(() => store.acquire(BOB)).toThrow(expect.objectContaining({ code: 'locked' }));
      await lease.heartbeat('bake');
    }
  });

  it('is free at once when its holder is gone, however long it was to last', async () => {
    using folder = new TemporaryFolder();
    const program = `
      const { LeaseStore } = await import(${JSON.stringify(join(__dirname, 'lease.ts'))});
      new LeaseStore(${JSON.stringify(folder.path)}).acquire({ who: 'killed', deploymentId: 'd-0' });
      process.kill(process.pid, 'SIGKILL');`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    await once(holder, 'close');
    expect(JSON.parse(readFileSync(join(folder.path, '1.json'), 'utf8'))).toMatchObject({
      who: 'killed',
      host: hostname(),
      released: false,
    });
    expect(new LeaseStore(folder.path).acquire(BOB).fence).toBe(2);
  });

  it('is not held after it was given back', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const lease = store.acquire(ALICE);
    await lease.release();
    await lease.release();
    await expect(lease.heartbeat('switch')).rejects.toMatchObject({ code: 'lease-lost', message: 'The lease was given back.' });
  });
});
