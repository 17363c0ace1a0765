import { COMPACTION_QUEUE } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { TestBed } from '../test-bed.ts';

jest.setTimeout(90_000);

const EVERY_MS = 500;
const environment = { COMPACTION_INTERVAL_MS: String(EVERY_MS) };

let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.open();
});
afterAll(() => bed.close());

it('JOB-7: each tick is one run, with both slots up, with one paused, with one killed, and however often it is scheduled', async () => {
  await using ticks = await bed.ticksOf(COMPACTION_QUEUE);
  const reach = (count: number): Promise<unknown> =>
    until(() => ticks.completed.length >= count, { what: `${count} ticks`, deadlineMs: 60_000 });
  const [green, blue] = [await bed.start('green', environment), await bed.spawn('blue', environment)];
  for (let count = 1; count <= 10; count += 1) {
    // What a switch and a rollback do, over and over.
    await green.control('POST', '/run');
    await blue.control('POST', '/run');
    await reach(count);
  }
  await green.control('POST', '/pause');
  await reach(15);
  await green.control('POST', '/run');
  await blue.kill();
  await reach(24);

  const at = ticks.completed.map((id) => Number(id.split(':').at(-1))).sort((a, b) => a - b);
  expect(new Set(at).size).toBe(at.length);
  // One grid; a tick that nobody was awake for is left out, never made up for.
  const gaps = at.slice(1).map((tick, index) => (tick - (at[index] ?? 0)) / EVERY_MS);
  expect(gaps.filter((gap) => !Number.isInteger(gap) || gap < 1)).toEqual([]);
});
