import { describe, expect, it } from '@jest/globals';
import { type Clock, type Lease, RolloutError, type Target } from '@devplatform/rollout-engine';
import { waiting } from './waiting.ts';

const HOLDER = { who: 'bob@there', deploymentId: 'd-2' };
const LEASE: Lease = {
  fence: 7,
  heartbeat: () => Promise.resolve(),
  release: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const lockedAt = (step: string): RolloutError =>
  new RolloutError('locked', `alice@here is at step "${step}".`, { untouched: '', next: '' });

/** Time passes in sleep alone. */
function clockFrom(now = 0): Clock {
  return {
    now: () => now,
    sleep: (ms, signal) => {
      if (signal?.aborted !== true) now += ms;
      return Promise.resolve();
    },
  };
}

/** A lock that answers so, one after the other and then always the last. */
function standIn(answers: readonly (Lease | RolloutError)[]): { readonly target: Target; asked: number } {
  const lock = {
    asked: 0,
    target: {
      name: 'local',
      lease: () => {
        const answer = answers[Math.min(lock.asked++, answers.length - 1)];
        return answer instanceof RolloutError ? Promise.reject(answer) : Promise.resolve(answer);
      },
    } as unknown as Target,
  };
  return lock;
}

describe('waiting for the lock', () => {
  const at = (signal = new AbortController().signal): { notes: string[]; means: Parameters<typeof waiting>[2] } => {
    const notes: string[] = [];
    return { notes, means: { clock: clockFrom(), signal, note: (text) => notes.push(text) } };
  };

  it('CLI-1: says who holds it whenever that gets a step further, and takes it when it is free', async () => {
    const { notes, means } = at();
    const { target } = standIn([lockedAt('smoke'), lockedAt('smoke'), lockedAt('switch'), LEASE]);
    await expect(waiting(target, 60_000, means).lease(HOLDER)).resolves.toBe(LEASE);
    expect(notes).toEqual(['waiting: alice@here is at step "smoke".', 'waiting: alice@here is at step "switch".']);
    expect(means.clock.now()).toBe(3_000);
  });

  it('CLI-1: gives up when the time is over, with what it was refused with last', async () => {
    const { means } = at();
    const { target } = standIn([lockedAt('smoke'), lockedAt('bake')]);
    await expect(waiting(target, 10_000, means).lease(HOLDER)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('bake'),
    });
    expect(means.clock.now()).toBe(10_000);
  });

  it('CLI-1: does not wait at all unless it is told to, and never for anything but the lock', async () => {
    const { means } = at();
    const held = standIn([lockedAt('smoke'), LEASE]);
    await expect(waiting(held.target, 0, means).lease(HOLDER)).rejects.toMatchObject({ code: 'locked' });
    const broken = standIn([new RolloutError('lock-damaged', 'empty', { untouched: '', next: '' }), LEASE]);
    await expect(waiting(broken.target, 60_000, means).lease(HOLDER)).rejects.toMatchObject({ code: 'lock-damaged' });
    expect([held.asked, broken.asked, means.clock.now()]).toEqual([1, 1, 0]);
  });

  it('CLI-1: ends at once when it is interrupted', async () => {
    const operator = new AbortController();
    const { notes, means } = at(operator.signal);
    const { target } = standIn([lockedAt('smoke')]);
    const lease = waiting(target, 60_000, {
      ...means,
      note: (text) => {
        notes.push(text);
        operator.abort();
      },
    }).lease(HOLDER);
    await expect(lease).rejects.toMatchObject({ code: 'locked' });
    expect([notes.length, means.clock.now()]).toEqual([1, 0]);
  });

  it('leaves everything else as the target has it', () => {
    const { means } = at();
    expect(waiting(standIn([LEASE]).target, 60_000, means).name).toBe('local');
  });
});
