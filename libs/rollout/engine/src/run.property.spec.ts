import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deploy } from './deployment.ts';
import { RolloutError } from './error.ts';
import { rollback } from './rollback.ts';
import { bench, failed, passed, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';

const command = fc.oneof(
  fc.record({ verb: fc.constant('deploy' as const), release: fc.constantFrom(GOOD.tag, OTHER.tag) }),
  fc.record({ verb: fc.constant('rollback' as const) }),
  fc.record({ verb: fc.constant('crash' as const), slot: fc.constantFrom('blue' as const, 'green' as const) }),
);
const luck = fc.record({
  /** For each call in turn; mostly none, or no run would get anywhere. */
  faults: fc.array(fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, fc.constantFrom('before' as const, 'after' as const))),
  gates: fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(passed) }, fc.constantFrom(failed))),
  interruptAt: fc.option(fc.nat(20)),
});

const PATIENCE_MS = 60_000;

describe('any sequence of commands, faults and gate verdicts', () => {
  it(
    'never moves the front door without passed gates, never ends the active slot, and ends in a legal state',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(command, luck), { minLength: 1, maxLength: 6 }), async (story) => {
          const target = new Watched();
          for (const [next, { faults, gates, interruptAt }] of story) {
            if (next.verb === 'crash') {
              target.crash(next.slot);
              continue;
            }
            const ports = bench({ target, verdict: () => gates.shift() ?? passed });
            let call = 0;
            target.fault = () => {
              if (call === interruptAt) ports.interrupt();
              return faults[call++];
            };
            const before = target.active;
            const run =
              next.verb === 'deploy' ? deploy({ deployer: 'f@c', release: next.release }, ports) : rollback({ deployer: 'f@c' }, ports);
            expect(await run.then(() => null).catch(surprise)).toBeNull();
            holds(ports, before);
          }
          expect(target.violations).toEqual([]);
        }),
        { numRuns: 400 },
      );
    },
    PATIENCE_MS,
  );
});

/** The book of the fake, and one more line in it: a switch without the gates. */
class Watched extends FakeTarget {
  override switchTo(...[slot, lease]: Parameters<FakeTarget['switchTo']>): ReturnType<FakeTarget['switchTo']> {
    const ready = this.passed.has(`readiness ${slot}`) || this.passed.has(`standby ${slot}`);
    if (!ready) this.violations.push(`front door to ${slot} without readiness`);
    if (!this.passed.has(`smoke ${slot}`)) this.violations.push(`front door to ${slot} without smoke tests`);
    return super.switchTo(slot, lease);
  }
}

/** A refusal is an answer; everything else is a defect of the engine. */
const surprise = (reason: unknown): unknown => (reason instanceof RolloutError ? null : reason);

function holds({ target, records, entries }: Bench, before: 'blue' | 'green' | null): void {
  const [record] = records;
  expect(records).toHaveLength(entries.length > 0 ? 1 : 0);
  if (record === undefined) return;
  expect(entries.at(-1)).toMatchObject({ type: 'closed', state: record.outcome });
  if (record.outcome === 'done') expect(target.slots[record.slots.after ?? 'blue']).toMatchObject({ running: true });
  expect(record.slots.after).toBe(target.active);
  if (record.outcome === 'done' && record.kind === 'deploy') expect(record.ledger?.crossed?.outcomes.socket?.lost).toBeUndefined();
  if (record.outcome === 'undone' && before !== null)
    expect(target).toMatchObject({ active: before, slots: { [before]: { running: true } } });
}
