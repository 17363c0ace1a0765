import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProcess } from '@devplatform/embedded';
import { Crowd, LocalEnvironment, verdictOf, type CrowdSize, type Finding, type Minimum } from '@devplatform/harness';
import { RELEASES } from './releases.ts';

const SIZE: CrowdSize = { requestsPerSecond: 100, scenes: 6, editorsPerScene: 5, editsPerSecond: 40 };
const ENOUGH: Minimum = { requests: 500, requestsPerSecond: 50, sessions: 30, editsPerSecond: 20, largestUpload: 0, jobs: 0 };
const SECOND = SIZE.requestsPerSecond;

/** A suite that cannot fail proves nothing: these break a rule on purpose, and the verdict of switch.spec.ts must see it. */
describe('the verdict', () => {
  let environment: LocalEnvironment;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  }, 90_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it('BG-60: is against killing the old slot instead of draining it', async () => {
    await using crowd = await Crowd.gather(environment, SIZE);
    await crowd.goesOnFor(2 * SECOND);
    const deployment = environment.command(['deploy', 'backend', '--slot', 'green', '--release', 'v1.3.0'], {}, (event) => {
      if (event.type === 'step-started' && event.step === 'drain') kill('backend-blue');
    });
    await deployment;
    await crowd.goesOnFor(3 * SECOND);
    expect(broken(verdictOf(await crowd.evidence(), ENOUGH))).toContain('BG-4');
  }, 90_000);

  it('BG-61: is against switching to a slot without a readiness gate', async () => {
    await using crowd = await Crowd.gather(environment, SIZE);
    await crowd.goesOnFor(2 * SECOND);
    // Green serves; blue has no backend since it was killed.
    await frontDoorTo('blue');
    await crowd.goesOnFor(SECOND);
    await frontDoorTo('green');
    await crowd.goesOnFor(2 * SECOND);
    expect(broken(verdictOf(await crowd.evidence(), ENOUGH))).toContain('BG-1');
  }, 90_000);

  const kill = (name: string): void => {
    const { pid } = findProcess(environment.home, name) ?? {};
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, 'SIGKILL');
  };

  /** Past the engine and its gates, straight to the front door. */
  const frontDoorTo = async (slot: 'blue' | 'green'): Promise<void> => {
    const read = (file: string): unknown => JSON.parse(readFileSync(join(environment.home, file), 'utf8'));
    const { adminToken } = read('secrets.json') as { adminToken: string };
    const { adminPort, fence } = read('front-door.json') as { adminPort: number; fence: number };
    const { backend, frontend } = environment.slots()[slot] ?? {};
    const answer = await fetch(`http://127.0.0.1:${adminPort}/active`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ slot, routes: { backend, frontend }, fence }),
    });
    expect(answer.status).toBe(200);
  };
});

const broken = (findings: readonly Finding[]): readonly string[] => findings.filter(({ holds }) => !holds).map(({ promise }) => promise);
