import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive, readRecord, until } from '@devplatform/embedded';
import { footprintOf, LocalEnvironment, runCommand, type CommandEvent, type CommandResult } from '@devplatform/harness';
import { RELEASES } from './releases.ts';

describe('the command line', () => {
  const events: CommandEvent[] = [];
  let environment: LocalEnvironment;
  let ready: Promise<number> | undefined;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES, onEvent: (event) => void events.push(event) });
  }, 90_000);

  /** Milliseconds from the start of green's backend until it answers that it is healthy. */
  const greenIsReady = (): Promise<number> =>
    until(
      async () => {
        const { green } = environment.slots();
        const started = Date.parse(readRecord(environment.home, 'backend-green')?.startedAt ?? '');
        return (await fetch(`${green?.backend ?? ''}/api/v1/health`)).ok ? Date.now() - started : null;
      },
      { what: 'the backend of green to be healthy', deadlineMs: 30_000 },
    );

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it('BG-30: brings the environment up at the first deployment, says so, and describes it', async () => {
    const prepared = events.find((event) => event.type === 'step-done' && event.step === 'prepare');
    expect(JSON.stringify(prepared)).toContain('brought up');
    const status = await environment.command(['status', 'backend']);
    expect(status.exitCode).toBe(0);
    expect(JSON.stringify(status.events)).toContain(environment.publicUrl);
    expect(await environment.describe()).toMatchObject({
      exists: true,
      active: 'blue',
      previous: null,
      slots: { blue: { release: 'v1.2.0', running: true } },
    });
  }, 30_000);

  it('BG-31: refuses to deploy to the active slot', async () => {
    const before = await environment.describe();
    const { exitCode, output } = await environment.command(['deploy', 'backend', '--slot', 'blue', '--release', 'v1.3.0']);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('blue is the active slot');
    expect(await environment.describe()).toEqual(before);
  }, 30_000);

  it.each([
    ['slot', ['deploy', 'backend', '--slot', 'purple'], ['purple', 'blue', 'green']],
    ['release', ['deploy', 'backend', '--slot', 'green', '--release', 'v9.9.9'], ['v9.9.9', 'v1.2.0', 'v1.3.0']],
    ['target', ['deploy', 'backend', '--slot', 'green', '--target', 'moon'], ['moon', 'local']],
  ])(
    'BG-33: refuses an unknown %s and names those that exist',
    async (_what, args, words) => {
      const before = await environment.describe();
      const { exitCode, output } = await environment.command(args);
      expect(exitCode).not.toBe(0);
      for (const word of words) expect(output).toContain(word);
      expect(await environment.describe()).toEqual(before);
    },
    30_000,
  );

  it('BG-32: lets one of two deployments at once through, and tells the other who holds the lease', async () => {
    const deploy = (): Promise<CommandResult> =>
      environment.command(['deploy', 'backend', '--slot', 'green', '--release', 'v1.3.0'], {}, (event) => {
        if (event.type === 'step-started' && event.step === 'readiness') ready = greenIsReady();
      });
    const results = await Promise.all([deploy(), deploy()]);
    const refusals = results.filter(({ exitCode }) => exitCode !== 0);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.output).toMatch(/\w+@\w+/);
    expect(await environment.describe()).toMatchObject({ active: 'green', previous: 'blue', slots: { green: { release: 'v1.3.0' } } });
  }, 60_000);

  it('BG-36: measures what an idle slot needs and how fast its backend is ready', async () => {
    const seconds = ((await ready) ?? NaN) / 1000;
    for (const slot of ['blue', 'green'] as const) {
      const { backend, worker, frontend } = footprintOf(environment.home, slot);
      const parts = `backend ${backend.toFixed(0)}, worker ${worker.toFixed(0)}, frontend ${frontend.toFixed(0)}`;
      console.log(`idle ${slot}: ${(backend + worker + frontend).toFixed(0)} MB resident (${parts}); 450 are allowed`);
      expect(backend + worker + frontend).toBeGreaterThan(0);
    }
    console.log(`backend of green ready ${seconds.toFixed(1)} s after its start; 3 s are allowed`);
    expect(seconds).toBeGreaterThan(0);
  });

  it('BG-35: ends everything that was started, by the recorded ids, and leaves the data', async () => {
    const names = readdirSync(join(environment.home, 'processes')).map((file) => file.replace('.json', ''));
    const records = names.flatMap((name) => readRecord(environment.home, name) ?? []);
    expect(records.length).toBeGreaterThanOrEqual(10);
    expect((await environment.command(['down'])).exitCode).toBe(0);
    expect(records.filter(isAlive)).toEqual([]);
    expect(readdirSync(environment.home)).toEqual(expect.arrayContaining(['postgres', 's3']));
  }, 60_000);

  it('BG-34: says who has the port that it was told to use', async () => {
    const home = mkdtempSync(join(tmpdir(), 'devplatform-port-'));
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const port = String((squatter.address() as AddressInfo).port);
    const common = ['--home', home, '--releases', RELEASES];
    try {
      const { exitCode, output } = await runCommand(['deploy', 'backend', '--release', 'v1.2.0', ...common], { PORT: port });
      expect(exitCode).not.toBe(0);
      expect(output).toContain(`Port ${port}`);
    } finally {
      squatter.close();
      await runCommand(['down', ...common]);
      rmSync(home, { recursive: true, force: true });
    }
  }, 60_000);
});
