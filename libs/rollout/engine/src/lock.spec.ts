import { describe, expect, it } from '@jest/globals';
import { Lock } from './lock.ts';
import { FakeTarget } from './spec-support/fake-target.ts';
import { virtualClock } from './virtual-clock.ts';

async function held() {
  const target = new FakeTarget();
  const clock = virtualClock();
  return { target, clock, lock: await Lock.take(target, { who: 'ops@host', deploymentId: crypto.randomUUID() }, clock) };
}

describe('lock', () => {
  it('keeps the lease alive while a long step runs', async () => {
    const { target, clock, lock } = await held();
    // Both sides sleep on the same clock, so the time passes twice as fast.
    const result = await lock.during('migrate', async () => {
      for (let second = 0; second < 10; second += 1) await clock.sleep(1_000);
      return 'migrated';
    });
    expect(result).toBe('migrated');
    expect(target.calls.length).toBeGreaterThan(3);
    expect(new Set(target.calls)).toEqual(new Set(['heartbeat migrate']));
  });

  it('says after the step that the lease was lost meanwhile, and not in the middle of it', async () => {
    const { target, clock, lock } = await held();
    let finished = false;
    const step = lock.during('deploy', async () => {
      target.stealLease();
      for (let second = 0; second < 10; second += 1) await clock.sleep(1_000);
      finished = true;
    });
    await expect(step).rejects.toMatchObject({ code: 'lease-lost' });
    expect(finished).toBe(true);
  });

  it('begins no step without the lease, and gives it back at the end', async () => {
    const { target, lock } = await held();
    await lock[Symbol.asyncDispose]();
    await target.lease({ who: 'eve@host', deploymentId: crypto.randomUUID() });
    await expect(lock.during('switch', () => Promise.reject(new Error('it began')))).rejects.toMatchObject({ code: 'lease-lost' });
  });
});
