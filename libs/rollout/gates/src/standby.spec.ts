import { describe, expect, it } from '@jest/globals';
import { type ServiceProbe } from '@devplatform/rollout-engine';
import { virtualClock } from '@devplatform/rollout-engine/virtual-clock';
import { standby } from './standby.ts';

const NAMES = ['backend', 'frontend', 'worker'] as const;

describe('standby gate', () => {
  it.each([
    ['healthy', 'passed', 0],
    ['down', 'failed', 0],
    ['unhealthy', 'failed', 5_000],
  ] as const)('of a slot that is %s has %s after %d ms', async (state, status, ms) => {
    const clock = virtualClock();
    const probe = (): Promise<readonly ServiceProbe[]> =>
      Promise.resolve(NAMES.map((service) => ({ service, role: 'web', state, detail: state })));
    const result = await standby().check({
      ...{ slot: 'blue', tag: 'v1.2.0', clock, probe, signal: new AbortController().signal, note: () => undefined },
      addresses: () => Promise.reject(new Error('not asked for')),
    });
    expect([result.status, clock.now()]).toEqual([status, ms]);
  });
});
