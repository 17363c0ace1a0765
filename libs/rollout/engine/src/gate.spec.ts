import { describe, expect, it } from '@jest/globals';
import { GateRefusal, pass, type GateContext, type GateResult } from './gate.ts';
import { passed } from './spec-support/bench.ts';
import { virtualClock } from './virtual-clock.ts';

const context: GateContext = {
  ...{ slot: 'green', tag: 'v1.3.0', clock: virtualClock(), signal: new AbortController().signal, note: () => undefined },
  probe: () => Promise.resolve([]),
  addresses: () => Promise.reject(new Error('not asked for')),
};
const gate = (check: () => Promise<GateResult>) => ({ name: 'readiness', check });

describe('pass', () => {
  it('lets only passed through', async () => {
    expect(
      await pass(
        gate(() => Promise.resolve(passed)),
        context,
      ),
    ).toBe(passed);
    for (const status of ['failed', 'unknown'] as const) {
      const refusal = pass(
        gate(() => Promise.resolve({ status, reason: 'so', checks: [] })),
        context,
      );
      await expect(refusal).rejects.toBeInstanceOf(GateRefusal);
      await expect(refusal).rejects.toMatchObject({ code: 'gate-failed', result: { status } });
    }
  });

  it('counts a gate that throws as failed', async () => {
    const refusal = pass(
      gate(() => Promise.reject(new Error('the gate is broken'))),
      context,
    );
    await expect(refusal).rejects.toMatchObject({ result: { status: 'failed', reason: 'the gate is broken' } });
  });
});
