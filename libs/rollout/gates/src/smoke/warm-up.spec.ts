import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { warmUp } from './warm-up.ts';

describe('smoke test warm-up', () => {
  it('lets the release answer hundreds of requests before users come', async () => {
    let asked = 0;
    await using server = await SlotServer.start({
      'GET /api/v1/projects': () => {
        asked += 1;
        return { body: { items: [], next: null } };
      },
    });
    expect(await warmUp.run(server.context())).toBe('400 requests answered');
    expect(asked).toBeGreaterThan(100);
  });

  it('refuses a release that fails after a while', async () => {
    let asked = 0;
    await using server = await SlotServer.start({ 'GET /': () => ({ status: (asked += 1) > 50 ? 500 : 200 }) });
    await expect(warmUp.run(server.context())).rejects.toThrow('answered 500');
  });
});
