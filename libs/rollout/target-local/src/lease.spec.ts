import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RolloutError } from '@devplatform/rollout-engine';
import { LEASE_MS } from './lease-record.ts';
import { LeaseStore } from './lease.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

const CONTENDERS = 8;
const WINS = 5;
const ALICE = { who: 'alice@here', deploymentId: 'd-1' };
const BOB = { who: 'bob@there', deploymentId: 'd-2' };
const TEN_MINUTES_MS = 600_000;

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
    expect(readdirSync(dir)).toEqual([`${fences.at(-1) ?? 0}.released`]);
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

  it('is free at once when its holder is gone, however long it was to last', async () => {
    using folder = new TemporaryFolder();
    const holder = await holderIn(folder.path, "process.kill(process.pid, 'SIGKILL');");
    if (holder.signalCode === null) await once(holder, 'close');
    expect(JSON.parse(readFileSync(join(folder.path, '1.json'), 'utf8'))).toMatchObject({
      who: 'another process',
      host: hostname(),
    });
    expect(new LeaseStore(folder.path).acquire(BOB).fence).toBe(2);
  });

  it('ENG-7: of this machine lasts as long as its process, in whichever direction the clock jumped', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const lease = store.acquire(ALICE);
    for (const jump of [TEN_MINUTES_MS, -TEN_MINUTES_MS]) {
      const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + jump);
      expect(() => store.acquire(BOB)).toThrow(
        expect.objectContaining({ code: 'locked', next: expect.stringContaining(`process ${process.pid}`) }),
      );
      expect(store.holder()).toMatchObject(ALICE);
      await lease.heartbeat('switch');
      now.mockRestore();
    }
  });

  it('ENG-7: of a process that hangs is kept, and the refusal says which one it is and for how long it has been silent', async () => {
    using folder = new TemporaryFolder();
    const holder = await holderIn(folder.path, 'setInterval(() => undefined, 1000);');
    process.kill(holder.pid ?? 0, 'SIGSTOP');
    const store = new LeaseStore(folder.path);
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + LEASE_MS + TEN_MINUTES_MS);
    expect(() => store.acquire(BOB)).toThrow(
      expect.objectContaining({ code: 'locked', next: expect.stringMatching(/for 6[23]\d s: if it hangs, end it \(kill \d+\)/) }),
    );
    now.mockRestore();
    const ended = once(holder, 'close');
    holder.kill('SIGKILL');
    await ended;
    expect(store.acquire(BOB).fence).toBe(2);
  });

  it('ENG-7: is free where its process id belongs to another process by now', () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    store.acquire(ALICE);
    expect(() => store.acquire(BOB)).toThrow(expect.objectContaining({ code: 'locked' }));
    rewrite(folder.path, { startTime: '1' });
    expect(store.holder()).toBeNull();
    expect(store.acquire(BOB).fence).toBe(2);
  });

  it('ENG-7: of another machine is taken over when its time is over, and then its holder begins nothing more', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const old = store.acquire(ALICE);
    // Ten minutes behind: it lives, and by this machine's clock its time is over. Who goes by the fence is the one that was let in.
    rewrite(folder.path, { host: 'elsewhere', expiresAt: inMs(LEASE_MS - TEN_MINUTES_MS) });
    const next = store.acquire(BOB);
    expect(next.fence).toBeGreaterThan(old.fence);
    expect(() => {
      store.assertHeld(old.fence);
    }).toThrow(expect.objectContaining({ code: 'lease-lost', message: 'bob@there took the lease over.' }));
    await expect(old.heartbeat('switch')).rejects.toMatchObject({ code: 'lease-lost' });
    await old.release();
    await next.heartbeat('switch');
  });

  it.each([
    ['lives', LEASE_MS, /^(?!.*clock of).*runs on elsewhere; if it is gone, the lock is free at/],
    ['is ten minutes ahead', LEASE_MS + TEN_MINUTES_MS, /The clock of elsewhere is at least 600 s ahead of this one/],
  ])('ENG-7: of another machine that %s is waited for, until when is said, and what to do where it is gone', (_, forMs, words) => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    store.acquire(ALICE);
    rewrite(folder.path, { host: 'elsewhere', expiresAt: inMs(forMs) });
    const refusal = refusalOf(() => store.acquire(BOB));
    expect(refusal).toMatchObject({ code: 'locked', next: expect.stringMatching(words) });
    expect(store.holder()).toMatchObject(ALICE);
    follow(refusal);
    expect(store.acquire(BOB).fence).toBe(2);
  });

  it.each([
    ['cut in half', (whole: string) => whole.slice(0, whole.length / 2)],
    ['empty', () => ''],
    ['of another format', () => '{"owner":"alice","until":1}'],
    ['of a number for a name', (whole: string) => JSON.stringify({ ...(JSON.parse(whole) as object), who: 1 })],
  ])("ENG-7: is nobody's to take while its file is %s; the way out is said and works", async (_, content) => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const old = store.acquire(ALICE);
    const file = join(folder.path, '1.json');
    writeFileSync(file, content(readFileSync(file, 'utf8')));
    const refusal = refusalOf(() => store.acquire(BOB));
    expect(refusal).toMatchObject({ code: 'lock-damaged', message: expect.stringContaining(file), untouched: 'Nothing was changed.' });
    expect(refusalOf(() => store.holder())).toMatchObject({ code: 'lock-damaged' });
    follow(refusal);
    // The number is not given again: the front door has seen it.
    expect(store.acquire(BOB).fence).toBe(2);
    await expect(old.heartbeat('switch')).rejects.toMatchObject({ code: 'lease-lost' });
  });

  it('ENG-7: is written anew by the deployment that has it', async () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    const lease = store.acquire(ALICE);
    writeFileSync(join(folder.path, '1.json'), '');
    store.assertHeld(lease.fence);
    await lease.heartbeat('smoke');
    expect(store.holder()).toMatchObject({ ...ALICE, step: 'smoke' });
  });

  it('ENG-7: has a higher fence than any that was acted upon, also where its folder was lost', () => {
    using folder = new TemporaryFolder();
    expect(new LeaseStore(join(folder.path, 'lost'), () => 7).acquire(BOB).fence).toBe(8);
    expect(new LeaseStore(join(folder.path, 'whole'), () => 0).acquire(BOB).fence).toBe(1);
  });

  it('is free where an earlier version gave it back in its file', () => {
    using folder = new TemporaryFolder();
    const store = new LeaseStore(folder.path);
    store.acquire(ALICE);
    rewrite(folder.path, { released: true });
    expect(store.holder()).toBeNull();
    expect(store.acquire(BOB).fence).toBe(2);
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

/** A process that takes the lease in `dir` and then does what `after` says. Resolves when it has the lease. */
async function holderIn(dir: string, after: string): Promise<ChildProcess> {
  const program = `
    const { LeaseStore } = await import(${JSON.stringify(join(__dirname, 'lease.ts'))});
    new LeaseStore(${JSON.stringify(dir)}).acquire({ who: 'another process', deploymentId: 'd-0' });
    process.stdout.write('held', () => {
      ${after}
    });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  return holder;
}

/** Of the first lease. */
function rewrite(dir: string, changes: Readonly<Record<string, unknown>>): void {
  const file = join(dir, '1.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
}

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

function refusalOf(attempt: () => unknown): RolloutError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof RolloutError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Runs the command that the refusal ends with, as an operator would. */
function follow({ next }: RolloutError): void {
  const [, from, to] = /: mv '(.+)' '(.+)'$/.exec(next) ?? [];
  execFileSync('mv', [from ?? '', to ?? '']);
}
