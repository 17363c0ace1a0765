import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { liveness } from './liveness.ts';

describe('smoke test liveness', () => {
  it('hears from every process', async () => {
    await using server = await SlotServer.start();
    expect(await liveness.run(server.context())).toBe('backend, frontend and worker answer');
  });

  it('refuses a slot of which one process does not answer', async () => {
    await using server = await SlotServer.start({ 'GET /api/v1/live': () => ({ status: 500 }) });
    await expect(liveness.run(server.context())).rejects.toThrow('/api/v1/live answered 500');
  });
});
