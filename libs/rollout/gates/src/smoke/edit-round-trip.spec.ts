import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { editRoundTrip } from './edit-round-trip.ts';

describe('smoke test edit-round-trip', () => {
  it('sees an edit committed and at another editor, and tidies up', async () => {
    await using server = await SlotServer.start();
    expect(await editRoundTrip.run(server.context())).toMatch(/^committed and seen by another editor after \d+ ms$/);
    expect(server.hub.workspaces).toBe(0);
  });

  it('refuses a slot that rejects the edit', async () => {
    await using server = await SlotServer.start();
    server.hub.fault = 'rejects';
    await expect(editRoundTrip.run(server.context())).rejects.toThrow('read-only, This scene cannot be edited.');
  });

  it('refuses a slot that never commits, and tidies up then, too', async () => {
    await using server = await SlotServer.start();
    server.hub.fault = 'no-ack';
    await expect(editRoundTrip.run(server.context(500))).rejects.toThrow('interrupted');
    expect(server.hub.workspaces).toBe(0);
  });
});
