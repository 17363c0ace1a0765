import { describe, expect, it } from '@jest/globals';
import { settle } from './settle.ts';
import { FakeTarget } from './spec-support/fake-target.ts';
import { virtualClock } from './virtual-clock.ts';

const waiting = (target: FakeTarget) => {
  const notes: string[] = [];
  return { target, clock: virtualClock(), signal: new AbortController().signal, note: (line: string) => notes.push(line), notes };
};

describe('settle', () => {
  it('ends when zeros are observed, and tells how far it is', async () => {
    const target = new FakeTarget();
    target.slots.blue.sockets = 40;
    const means = waiting(target);
    const { clock } = means;
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
      target.slots.blue.sockets -= 1;
      return clock.sleep(ms, signal);
    };
    expect(await settle('blue', { ...means, clock: { ...clock, sleep } })).toMatchObject({ left: { sockets: 0 } });
    expect(means.notes).toEqual(['blue: 20 sockets']);
  });

  it('names what is left at the limit instead of ending it', async () => {
    const target = new FakeTarget();
    target.slots.blue.sockets = 2;
    const { issue } = await settle('blue', waiting(target));
    expect(issue).toBe('blue still has 2 sockets; it keeps running, so nothing of it is lost.');
  });
});
