import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { websocket } from './websocket.ts';

describe('smoke test websocket', () => {
  it('gets its text back', async () => {
    await using server = await SlotServer.start();
    expect(await websocket.run(server.context())).toBe('upgrade and echo');
  });

  it.each([
    ['no-upgrade', 'the upgrade of /ws/test was refused'],
    ['no-echo', 'interrupted'],
  ] as const)('refuses a slot with %s', async (fault, reason) => {
    await using server = await SlotServer.start();
    server.hub.fault = fault;
    await expect(websocket.run(server.context(500))).rejects.toThrow(reason);
  });
});
