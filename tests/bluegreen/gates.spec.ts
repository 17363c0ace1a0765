import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalEnvironment, query, type CommandResult } from '@devplatform/harness';
import { BREAKS_HALF_WAY, doctor, impostor, NEVER_READY, releasesFolder } from './doctored-release.ts';

describe('a gate that does not pass', () => {
  const dir = mkdtempSync(join(tmpdir(), 'devplatform-gates-'));
  const releases = releasesFolder(dir);
  let environment: LocalEnvironment;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases });
  }, 90_000);

  afterAll(async () => {
    await environment[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  /** Deploys to green and expects that nobody on blue could notice it. */
  const refused = async (tag: string, ...options: string[]): Promise<CommandResult> => {
    const before = await environment.describe();
    const result = await environment.command(['deploy', 'backend', '--slot', 'green', '--release', tag, ...options]);
    expect(result.exitCode).not.toBe(0);
    const after = await environment.describe();
    expect(after).toEqual({ ...before, slots: { blue: before.slots.blue, green: after.slots.green } });
    expect(after.slots.green.running).toBe(false);
    expect((await fetch(`${environment.publicUrl}/api/v1/health`)).headers.get('x-slot')).toBe('blue');
    return result;
  };
  const gate = ({ events }: CommandResult): unknown => events.find((event) => event.type === 'step-failed')?.step;

  it('BG-20: keeps out a release whose smoke test fails', async () => {
    await doctor(releases, 'v1.3.20', 'backend/main.js', impostor('1.3.20', '1.3.20'));
    const result = await refused('v1.3.20');
    expect(gate(result)).toBe('smoke');
    expect(result.output).toContain('projects');
  }, 60_000);

  it('BG-21: keeps out a release whose version header lies', async () => {
    await doctor(releases, 'v1.3.21', 'backend/main.js', impostor('1.3.21', '9.9.9'));
    expect((await refused('v1.3.21')).output).toContain('9.9.9');
  }, 60_000);

  it('BG-22: keeps out a release that never becomes ready', async () => {
    await doctor(releases, 'v1.3.22', 'backend/main.js', NEVER_READY);
    expect(gate(await refused('v1.3.22', '--readiness-timeout', '3'))).toBe('readiness');
  }, 60_000);

  it('BG-23: keeps out a release that crashes a second after its start', async () => {
    await doctor(releases, 'v1.3.23', 'backend/main.js', impostor('1.3.23', '1.3.23', 1000));
    expect(['readiness', 'smoke']).toContain(gate(await refused('v1.3.23')));
  }, 60_000);

  it('BG-24: rolls back a migration that fails half-way, and deploys nothing', async () => {
    await doctor(releases, 'v1.3.24', 'backend/migrate.js', BREAKS_HALF_WAY);
    const result = await refused('v1.3.24');
    expect(gate(result)).toBe('migrate');
    expect(result.output).toContain('no_such_table');
    const { databaseUrl } = await environment.parts();
    expect(await query(databaseUrl, `SELECT to_regclass('half_way') AS half_way`)).toEqual([{ half_way: null }]);
  }, 60_000);
});
