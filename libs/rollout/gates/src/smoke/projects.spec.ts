import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { projects } from './projects.ts';

describe('smoke test projects', () => {
  it('lists public projects without a token', async () => {
    await using server = await SlotServer.start();
    expect(await projects.run(server.context())).toBe('0 public projects on the first page');
  });

  it('refuses an error of the API', async () => {
    const body = { code: 'internal', detail: 'column "visibility" does not exist' };
    await using server = await SlotServer.start({ 'GET /api/v1/projects': () => ({ status: 500, body }) });
    await expect(projects.run(server.context())).rejects.toThrow('answered 500: {"code":"internal"');
  });
});
