import { describe, expect, it } from '@jest/globals';
import { type Clock, type GateContext, type ServiceProbe, systemClock } from '@devplatform/rollout-engine';
import { readiness } from './readiness.ts';
import { virtualClock } from '@devplatform/rollout-engine/virtual-clock';
import { SlotServer } from './spec-support/slot-server.ts';

type State = ServiceProbe['state'];
const every = (state: State, detail: string = state): readonly ServiceProbe[] =>
  (
    [
      ['backend', 'web'],
      ['frontend', 'static'],
      ['worker', 'worker'],
    ] as const
  ).map(([service, role]) => ({ service, role, state, detail }));

function context(probe: GateContext['probe'], clock: Clock = virtualClock(), signal = new AbortController().signal) {
  const notes: string[] = [];
  return {
    ...({ slot: 'green', tag: 'v1.3.0', clock, signal, probe, notes } as const),
    note: (line: string) => void notes.push(line),
    addresses: () => Promise.reject(new Error('not asked for')),
  };
}
/** What the services say at each look; the last one for ever. Keeps the times of the looks in seconds. */
function looks(clock: Clock, ...said: (readonly ServiceProbe[])[]) {
  const at: number[] = [];
  const probe = (): Promise<readonly ServiceProbe[]> => {
    at.push(clock.now() / 1000);
    return Promise.resolve((said.length > 1 ? said.shift() : said[0]) ?? []);
  };
  return { at, probe };
}

describe('readiness gate', () => {
  it("looks when the specification's table says so", async () => {
    const clock = virtualClock();
    const { at, probe } = looks(clock, every('starting'), every('healthy'));
    const result = await readiness().check(context(probe, clock));
    expect(at).toEqual([5, 15, 25, 30]);
    expect(result).toMatchObject({ status: 'passed', detail: 'all services are healthy after 30.0 s' });
  });

  it('waits for services that start, over real HTTP', async () => {
    let asked = 0;
    await using server = await SlotServer.start({ 'GET /api/v1/health': () => ({ status: (asked += 1) < 5 ? 503 : 200 }) });
    const result = await readiness({ timing: { startDelayMs: 0, intervalMs: 10 } }).check(context(server.probe, systemClock));
    expect(result).toMatchObject({ status: 'passed', checks: [{ name: 'backend', status: 'passed', detail: 'answered 200' }, {}, {}] });
    expect(asked).toBe(5);
  });

  it('BG-22: fails at the limit and says who was not ready', async () => {
    const clock = virtualClock();
    const [backend, frontend, worker] = [every('healthy')[0], every('healthy')[1], every('unhealthy', 'redis failed')[2]];
    const { probe } = looks(
      clock,
      [backend, frontend, worker].filter((sample) => sample !== undefined),
    );
    const result = await readiness({ maxWaitMs: 60_000 }).check(context(probe, clock));
    expect(result).toMatchObject({ status: 'failed', reason: 'not ready within 60 s: worker is unhealthy (redis failed)' });
    expect(clock.now()).toBeLessThan(90_001);
  });

  it('does not wait for a service that has ended', async () => {
    const clock = virtualClock();
    const { probe, at } = looks(clock, every('starting'), every('down', 'it has ended: out of memory'));
    const result = await readiness({ timing: { startDelayMs: 0, intervalMs: 100 } }).check(context(probe, clock));
    expect(result).toMatchObject({ status: 'failed', reason: 'backend is down (it has ended: out of memory)' });
    expect(at).toEqual([0, 0.1]);
  });

  it('BG-23: does not take a service for ready that dies a second later', async () => {
    const clock = virtualClock();
    const { probe } = looks(clock, ...Array.from({ length: 4 }, () => every('healthy')), every('down'));
    const gate = readiness({ timing: { startDelayMs: 0, intervalMs: 250 }, minReadyMs: 1_500 });
    expect(await gate.check(context(probe, clock))).toMatchObject({ status: 'failed', reason: 'backend is down (down)' });
  });

  it('counts: one bad answer of a healthy service is forgiven, three are not', async () => {
    const options = { timing: { startDelayMs: 0, intervalMs: 1_000 }, minReadyMs: 5_000, maxWaitMs: 20_000 };
    const clock = virtualClock();
    const once = looks(clock, every('healthy'), every('unhealthy'), every('healthy'));
    expect(await readiness(options).check(context(once.probe, clock))).toMatchObject({ status: 'passed' });
    const bad = virtualClock();
    const thrice = looks(bad, every('healthy'), every('unhealthy'), every('unhealthy'), every('unhealthy'));
    expect(await readiness(options).check(context(thrice.probe, bad))).toMatchObject({ status: 'failed' });
  });

  it('counts a probe that throws or never answers as a bad answer', async () => {
    const broken = context(() => Promise.reject(new Error('no such container')));
    expect(await readiness().check(broken)).toMatchObject({ reason: expect.stringContaining('no such container') });
    const silent = context(() => new Promise(() => undefined));
    expect(await readiness().check(silent)).toMatchObject({ reason: expect.stringContaining('no answer within 3000 ms') });
  });

  it('cannot tell when it is interrupted', async () => {
    const { probe } = looks(systemClock, every('starting'));
    expect(await readiness().check(context(probe, systemClock, AbortSignal.timeout(20)))).toMatchObject({ status: 'unknown' });
  });
});
