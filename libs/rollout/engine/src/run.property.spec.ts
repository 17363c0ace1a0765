import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deploy, type DeployRequest } from './deployment.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import { RolloutError } from './error.ts';
import type { Measure } from './measure.ts';
import { abort, resume } from './reopening.ts';
import { rollback } from './rollback.ts';
import { bench, failed, passed, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';
import { diesIn } from './spec-support/killed.ts';

const slot = fc.constantFrom('blue' as const, 'green' as const);
const verb = fc.constantFrom('rollback' as const, 'resume' as const, 'abort' as const);
const trouble = fc.record({ what: fc.constantFrom('crash' as const, 'restart' as const), slot });
const aftercare = fc.record({
  ...{ monitorMs: fc.constantFrom(0, 3_000), bakeMs: fc.constantFrom(0, 20_000), quietMs: fc.constant(1_000) },
  decommission: fc.constantFrom('park' as const, 'stop' as const),
});
const command = fc.oneof(
  fc.record({ verb: fc.constant('deploy' as const), release: fc.constantFrom(GOOD.tag, OTHER.tag), after: aftercare }),
  fc.record({ verb }),
);
/** kill -9 at an entry of the journal (more often around the gates and the switch), what happens until somebody looks, and what they do then. */
const death = fc.record({
  ...{ entry: fc.oneof(fc.nat(40), fc.integer({ min: 12, max: 20 })), when: fc.constantFrom('before' as const, 'after' as const) },
  ...{ meanwhile: fc.option(trouble, { freq: 4 }), then: fc.option(verb, { freq: 5 }) },
});
const luck = fc.record({
  /** For each call in turn; mostly none, or no run would get anywhere. */
  faults: fc.oneof(
    fc.constant(undefined),
    fc.array(fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, fc.constantFrom('before' as const, 'after' as const))),
  ),
  gates: fc.oneof(fc.constant(undefined), fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(passed) }, fc.constantFrom(failed)))),
  /** For each sample of the new slot in turn; mostly well. */
  verdicts: fc.array(fc.oneof({ weight: 8, arbitrary: fc.constant('ok' as const) }, fc.constantFrom('hard' as const, 'unknown' as const))),
  interruptAt: fc.option(fc.nat(20)),
  death: fc.option(death, { freq: 2 }),
  before: fc.option(trouble, { freq: 2 }),
});

const PATIENCE_MS = 60_000;

describe('any sequence of commands, faults, gate verdicts and kills', () => {
  it(
    'ENG-4: never moves the front door without passed gates, never ends the active slot or has two that work, and ends in a legal state',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(command, luck), { minLength: 1, maxLength: 8 }), async (story) => {
          const target = new Watched();
          const disk = { entries: [], records: [] } satisfies Pick<Bench, 'entries' | 'records'>;
          for (const [next, { faults, gates, verdicts, interruptAt, death, before }] of story) {
            if (before !== null) target[before.what](before.slot);
            const ports = bench({ target, ...disk, verdict: () => gates?.shift() ?? passed, judge: () => [measured(verdicts.shift())] });
            let call = 0;
            target.fault = () => {
              if (call === interruptAt) ports.interrupt();
              return faults?.[call++];
            };
            const work = next.verb === 'deploy' ? deploying(next) : RUNS[next.verb];
            if (death === null || !(await diesIn(ports, death, work))) {
              if (death === null) await ends(ports, work);
              continue;
            }
            target.fault = () => undefined;
            if (death.meanwhile !== null) target[death.meanwhile.what](death.meanwhile.slot);
            if (death.then !== null) await ends(bench({ target, ...disk }), RUNS[death.then]);
          }
          expect(target.violations).toEqual([]);
        }),
        { numRuns: 2000 },
      );
    },
    PATIENCE_MS,
  );
});

type Work = (ports: Bench) => Promise<DeploymentRecord>;
const by = { deployer: 'f@c' };
const RUNS = { rollback: (p) => rollback(by, p), resume: (p) => resume(by, p), abort: (p) => abort(by, p) } satisfies Record<string, Work>;
const deploying =
  (wanted: Omit<DeployRequest, 'deployer'>): Work =>
  (ports) =>
    deploy({ ...by, ...wanted }, ports);
const measured = (verdict: Measure['verdict'] = 'ok'): Measure => ({ name: 'errors', verdict, figure: '', proven: false });

/** Without a surprise, and with a book that is in order. */
async function ends(ports: Bench, work: Work): Promise<void> {
  const before = { active: ports.target.active, entries: ports.entries.length, records: ports.records.length };
  expect(await work(ports).then(() => null, surprise)).toBeNull();
  holds(ports, before);
}

/** The book of the fake, and one more line in it: a switch without the gates. */
class Watched extends FakeTarget {
  override switchTo(...[slot, lease]: Parameters<FakeTarget['switchTo']>): ReturnType<FakeTarget['switchTo']> {
    // Where the front door answers from it already, nobody is moved.
    if (this.active === slot) return super.switchTo(slot, lease);
    const ready = this.passed.has(`readiness ${slot}`) || this.passed.has(`standby ${slot}`);
    if (!ready) this.violations.push(`front door to ${slot} without readiness`);
    if (!this.passed.has(`smoke ${slot}`)) this.violations.push(`front door to ${slot} without smoke tests`);
    return super.switchTo(slot, lease);
  }
}

/** A refusal is an answer; everything else is a defect of the engine. */
const surprise = (reason: unknown): unknown => (reason instanceof RolloutError ? null : reason);

interface Before {
  readonly active: 'blue' | 'green' | null;
  readonly entries: number;
  readonly records: number;
}

/** A run that did something has ended, with one record; a run that was refused did nothing. */
function holds({ target, records, entries }: Bench, { active, entries: written, records: known }: Before): void {
  const last = entries.at(-1);
  if (entries.length === written && records.length === known) return;
  expect(last?.type).toBe('closed');
  const filed = records.filter(({ id }) => id === last?.id);
  expect(filed).toHaveLength(1);
  const [record] = filed;
  if (record === undefined) return;
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(last).toMatchObject({ state: record.outcome });
  // Of a run that had closed already only the record was missing; meanwhile anything may have crashed.
  if (entries.length === written) return;
  if (record.outcome === 'done' && record.issues.length === 0) {
    const { blue, green } = target.slots;
    expect([blue, green].filter(({ working }) => working)).toEqual([target.slots[record.slots.after ?? 'blue']]);
    expect(target.slots[record.slots.after ?? 'blue'].draining).toBe(false);
  }
  if (record.outcome === 'done') expect(target.slots[record.slots.after ?? 'blue']).toMatchObject({ running: true });
  expect(record.slots.after).toBe(target.active);
  if (record.outcome === 'done' && record.kind === 'deploy') expect(record.ledger?.crossed?.outcomes.socket?.lost).toBeUndefined();
  if (record.outcome === 'undone' && active !== null && record.reopened.length === 0)
    expect(target).toMatchObject({ active, slots: { [active]: { running: true } } });
}
