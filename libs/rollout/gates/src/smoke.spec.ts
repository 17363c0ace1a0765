import { describe, expect, it } from '@jest/globals';
import { type GateContext, systemClock } from '@devplatform/rollout-engine';
import { smoke } from './smoke.ts';
import type { SmokeTest } from './smoke/smoke-test.ts';
import { SlotServer } from './spec-support/slot-server.ts';

const contextOf = (server: SlotServer, signal = new AbortController().signal): GateContext => ({
  ...{ slot: 'green', tag: 'v1.3.0', clock: systemClock, signal, note: () => undefined },
  probe: server.probe,
  addresses: () => Promise.resolve(server.addresses),
});
const stuck: SmokeTest = { name: 'stuck', run: () => new Promise(() => undefined) };

describe('smoke gate', () => {
  it('passes a good release and names every test with its result', async () => {
    await using server = await SlotServer.start();
    const result = await smoke().check(contextOf(server));
    expect(result.status).toBe('passed');
    expect(result.checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      ...['health passed', 'version-header passed', 'projects passed', 'shell passed', 'websocket passed'],
      ...['edit-round-trip passed', 'job-round-trip passed', 'warm-up passed', 'liveness passed'],
    ]);
  });

  it('fails with every reason at once', async () => {
    await using server = await SlotServer.start({ 'GET /api/v1/projects': () => ({ status: 500, body: 'broken' }) });
    server.hub.fault = 'no-upgrade';
    const result = await smoke().check(contextOf(server, AbortSignal.timeout(5000)));
    expect(result).toMatchObject({ reason: expect.stringMatching(/projects: .*500: broken; websocket: the upgrade/) });
    expect(result.checks.filter(({ status }) => status === 'passed').map(({ name }) => name)).toContain('health');
  }, 30_000);

  it('bounds each test', async () => {
    await using server = await SlotServer.start();
    const result = await smoke([stuck], 50).check(contextOf(server));
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('stuck: no result within 0.05 s') });
  });

  it('cannot tell when it is interrupted', async () => {
    await using server = await SlotServer.start();
    const operator = new AbortController();
    const result = smoke([stuck]).check(contextOf(server, operator.signal));
    operator.abort();
    expect((await result).status).toBe('unknown');
  });
});
