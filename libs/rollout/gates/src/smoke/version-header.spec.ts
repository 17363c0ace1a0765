import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { versionHeader } from './version-header.ts';

describe('smoke test version-header', () => {
  it('sees the expected version in the expected slot', async () => {
    await using server = await SlotServer.start();
    expect(await versionHeader.run(server.context())).toBe('1.3.0 in green');
  });

  it.each([
    ['a header that lies', { 'x-api-version': '1.2.0', 'x-slot': 'green' }, 'X-API-Version says 1.2.0, expected was 1.3.0'],
    ['the other slot', { 'x-api-version': '1.3.0', 'x-slot': 'blue' }, 'X-Slot says blue, expected was green'],
    ['no headers', {}, 'X-API-Version says nothing'],
  ])('refuses %s', async (_, headers, reason) => {
    await using server = await SlotServer.start({ 'GET /api/v1/health': () => ({ headers }) });
    await expect(versionHeader.run(server.context())).rejects.toThrow(reason);
  });
});
