import { LocalEnvironment } from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCase } from './bad-releases/bad-case.ts';
import { badRelease } from './bad-releases/bad-release.ts';
import { Workshop } from './bad-releases/workshop.ts';

/** All nine: `npx nx bad-releases bluegreen`. A lying version and one that is never ready are in gates.spec.ts (BG-21, BG-22). */
describe('a bad release', () => {
  const [socket, worker, errors] = [badRelease('broken-websocket'), badRelease('broken-worker'), badRelease('errors')];
  let workshop: Workshop;
  let environment: LocalEnvironment;

  beforeAll(async () => {
    workshop = new Workshop();
    for (const { build } of [socket, worker, errors]) if (build !== null) await workshop.build(build);
    environment = await LocalEnvironment.bringUp({ releases: workshop.releases });
  }, 120_000);
  afterAll(async () => {
    await environment[Symbol.asyncDispose]();
    await workshop[Symbol.asyncDispose]();
  }, 60_000);

  it('BAD-1: that refuses WebSockets is kept out by the smoke gate, and no user notices', async () => {
    expect((await runCase(environment, socket)).faults).toEqual([]);
  }, 90_000);

  it('BAD-2: whose worker fails every job is kept out by the smoke gate, and no user notices', async () => {
    expect((await runCase(environment, worker)).faults).toEqual([]);
  }, 90_000);

  it('BAD-3: that answers 2 % with 5xx under load only goes back by itself within 2 s after the verdict of the monitor', async () => {
    expect((await runCase(environment, errors)).faults).toEqual([]);
  }, 90_000);
});
