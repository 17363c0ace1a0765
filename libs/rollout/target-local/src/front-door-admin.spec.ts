import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FrontDoorClient } from './front-door-client.ts';
import { RoutingTable } from './routing-table.ts';
import { OpenDoor, TOKEN } from './spec-support/open-door.ts';

describe("the front door's administration", () => {
  it('needs the token', async () => {
    await using open = await OpenDoor.start();
    await expect(new FrontDoorClient(open.client.adminUrl, 'another token').state()).rejects.toThrow('401 (unauthenticated)');
    expect((await fetch(`${open.client.adminUrl}/active`, { method: 'PUT' })).status).toBe(401);
  });

  it('tells the table and the traffic of each slot', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    await fetch(`${open.url}/api`).then((response) => response.text());
    const state = await open.client.state();
    expect(state).toMatchObject({ active: 'blue', previous: null, generation: 1, fence: 1, pid: process.pid });
    expect(state.perSlot.blue).toMatchObject({ requests: 1, inFlight: 0, sockets: 0 });
    expect(Date.parse(state.perSlot.blue.lastAnswerAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(state.perSlot.green).toMatchObject({ requests: 0, inFlight: 0, sockets: 0, lastAnswerAt: null });
  });

  it('refuses an older fence and a table that somebody else changed', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue', 7);
    await expect(open.activate('green', 6)).rejects.toMatchObject({ code: 'stale-fence' });
    const { url } = open.upstreams.green;
    const activation = { slot: 'green', routes: { backend: url, frontend: url }, fence: 7, generation: 0 } as const;
    await expect(open.client.activate(activation)).rejects.toMatchObject({ code: 'stale-generation' });
    expect(await open.client.state()).toMatchObject({ active: 'blue', generation: 1, fence: 7 });
    await open.client.activate({ ...activation, generation: 1 });
    expect(await open.client.state()).toMatchObject({ active: 'green', previous: 'blue', generation: 2 });
  });

  it('applies one of several switches at once that saw the same table', async () => {
    await using open = await OpenDoor.start();
    const { url } = open.upstreams.green;
    const activation = { slot: 'green', routes: { backend: url, frontend: url }, fence: 1, generation: 0 } as const;
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => open.client.activate(activation)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses what is not an activation', async () => {
    await using open = await OpenDoor.start();
    for (const body of ['', '{', '{"slot":"red","routes":null,"fence":1}', '{"slot":"blue","routes":null,"fence":1}']) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect((await fetch(`${open.client.adminUrl}/active`, { method: 'PUT', headers, body })).status).toBe(400);
    }
  });

  it('keeps the table on disk before it follows it', async () => {
    await using open = await OpenDoor.start();
    await open.activate('blue');
    await open.activate('green', 2);
    await open.activate('green', 3);
    expect(new RoutingTable(open.file).record).toMatchObject({ active: 'green', previous: 'blue', fence: 3, generation: 3 });
    expect(JSON.parse(readFileSync(open.file, 'utf8'))).toMatchObject({ routes: { backend: open.upstreams.green.url } });
  });
});
