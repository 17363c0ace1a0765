import { describe, expect, it } from '@jest/globals';
import { HEALTHY, SlotServer } from '../spec-support/slot-server.ts';
import { health } from './health.ts';

describe('smoke test health', () => {
  it('sees a healthy release of the expected version', async () => {
    await using server = await SlotServer.start();
    expect(await health.run(server.context())).toBe('healthy, 1.3.0, database, redis, storage connected');
  });

  it.each([
    ['a release that says another version', 200, { ...HEALTHY, version: '1.2.0' }, 'it says version 1.2.0, expected was 1.3.0'],
    ['a lost dependency', 200, { ...HEALTHY, checks: { ...HEALTHY.checks, redis: 'failed: timeout' } }, 'redis failed: timeout'],
    ['a status that is not healthy', 200, { ...HEALTHY, status: 'unhealthy' }, 'the status is unhealthy'],
    ['503', 503, HEALTHY, 'GET /api/v1/health answered 503'],
    ['an answer of another shape', 200, { ok: true }, 'Invalid'],
  ])('refuses %s', async (_, status, body, reason) => {
    await using server = await SlotServer.start({ 'GET /api/v1/health': () => ({ status, body }) });
    await expect(health.run(server.context())).rejects.toThrow(reason);
  });
});
