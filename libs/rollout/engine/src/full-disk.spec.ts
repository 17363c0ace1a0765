import { describe, expect, it } from '@jest/globals';
import { deploy } from './deployment.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { RolloutError } from './error.ts';
import { abort, resume } from './reopening.ts';
import { bench, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';

const ops = { deployer: 'ops@host' };
const after = { monitorMs: 2_000, bakeMs: 20_000, quietMs: 1_000 };
const full = (): Promise<never> => Promise.reject(new Error('ENOSPC: no space left on device'));
const run = (ports: Bench): Promise<DeploymentRecord> => deploy({ ...ops, release: OTHER.tag, after }, ports);
const nextProcess = ({ target, entries, records }: Bench): Bench => bench({ target, entries, records });

/** v1.2.0 serves from blue, and there is room for so many entries of the journal; the log is on another disk, or on the same. */
async function servedWithRoom(room: number, log: 'has room' | 'is full, too'): Promise<Bench> {
  const target = new FakeTarget();
  await deploy({ ...ops, release: GOOD.tag }, bench({ target }));
  target.calls.length = 0;
  const ports = bench({ target });
  let left = room;
  const append: Bench['journal']['append'] = (entry) => (left-- > 0 ? ports.journal.append(entry) : full());
  return {
    ...ports,
    journal: { ...ports.journal, append },
    log: log === 'has room' ? ports.log : { ...ports.log, append: full },
  };
}

/** With room for no entry, for one, and so on, until there is room for all. */
async function* filling(
  log: 'has room' | 'is full, too',
): AsyncGenerator<{ readonly room: number; readonly ports: Bench; readonly error: RolloutError }> {
  for (let room = 0; ; room += 1) {
    const ports = await servedWithRoom(room, log);
    const error = await run(ports).then(
      () => null,
      (refusal: unknown) => refusal as RolloutError,
    );
    if (error === null) return;
    yield { room, ports, error };
  }
}

const forth = ({ events }: Bench): number => {
  const turned = events.findIndex(({ type }) => type === 'turning-back');
  return events.slice(0, turned < 0 ? undefined : turned).filter(({ type }) => type === 'step-started').length;
};
const announced = ({ entries }: Bench): number => entries.filter(({ type }) => type === 'doing').length;

describe('a disk that fills up while the journal is written, at any entry', () => {
  it("ENG-6: begins no effect that was not announced, takes back what was begun, and is in nobody's way afterwards", async () => {
    const ends: Record<string, number> = {};
    for await (const { room, ports, error } of filling('has room')) {
      expect(error).toMatchObject({ code: 'environment-broken', message: expect.stringContaining('ENOSPC') });
      expect(forth(ports)).toBe(announced(ports));
      expect(ports.target.violations).toEqual([]);
      expect(ports.records).toHaveLength(room === 0 ? 0 : 1);
      const outcome = ports.records[0]?.outcome ?? 'nothing';
      ends[outcome] = (ends[outcome] ?? 0) + 1;
      // Once the old slot is empty and nothing fits any more, going back would bring nobody anything.
      expect(ports.target.active).toBe(outcome === 'stranded' ? 'green' : 'blue');
      expect(error.untouched === 'Nothing was changed.' && ports.target.calls.length === 0).toBe(room === 0);
      const { slots, reopened } = await deploy({ ...ops, release: OTHER.tag }, nextProcess(ports));
      expect([slots.before, reopened]).toEqual([ports.target.active === 'green' ? 'blue' : 'green', []]);
    }
    expect(ends).toMatchObject({ nothing: 1, undone: expect.any(Number), stranded: expect.any(Number) });
  });

  it.each([
    ['resume', resume],
    ['abort', abort],
  ] as const)('ENG-6: where the log has no room either, %s writes the one record', async (_, verb) => {
    for await (const { room, ports } of filling('is full, too')) {
      expect(ports.records).toEqual([]);
      if (room === 0) continue;
      await expect(run(nextProcess(ports))).rejects.toMatchObject({ code: 'unfinished' });
      await verb(ops, nextProcess(ports)).catch(() => undefined);
      expect(ports.records).toHaveLength(1);
      expect(ports.target.violations).toEqual([]);
      await expect(verb(ops, nextProcess(ports))).rejects.toMatchObject({ code: 'nothing-unfinished' });
    }
  });
});
