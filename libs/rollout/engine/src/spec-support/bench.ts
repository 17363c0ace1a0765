import type { GateName } from '../command.ts';
import type { DeploymentRecord } from '../deployment-record.ts';
import type { RolloutEvent } from '../event.ts';
import type { Gate, GateResult } from '../gate.ts';
import type { JournalEntry } from '../journal.ts';
import type { Ports } from '../run.ts';
import { virtualClock } from '../virtual-clock.ts';
import type { Judge } from '../measure.ts';
import { FakeTarget } from './fake-target.ts';

export const passed: GateResult = { status: 'passed', detail: 'fine', checks: [{ name: 'all', status: 'passed', ms: 1, detail: 'fine' }] };
export const failed: GateResult = { status: 'failed', reason: 'not fine', checks: [] };

export interface Bench extends Ports {
  readonly target: FakeTarget;
  readonly entries: JournalEntry[];
  readonly records: DeploymentRecord[];
  readonly events: RolloutEvent[];
  /** Ctrl-C. */
  readonly interrupt: () => void;
}

/** The engine with an environment in memory; `verdict` answers for the gates. */
export function bench({
  target = new FakeTarget(),
  verdict = () => passed,
  judge = () => [],
  entries = [],
  records = [],
}: {
  target?: FakeTarget;
  verdict?: (gate: GateName, slot: string) => GateResult;
  judge?: Judge;
  /** Of another bench, whose process has ended: the disk stays. */
  entries?: JournalEntry[];
  records?: DeploymentRecord[];
} = {}): Bench {
  const events: RolloutEvent[] = [];
  const operator = new AbortController();
  const gate = (name: GateName): Gate => ({
    name,
    check: ({ slot }) => {
      const result = verdict(name, slot);
      if (result.status === 'passed') target.passed.add(`${name} ${slot}`);
      return Promise.resolve(result);
    },
  });
  return {
    ...{ target, entries, records, events, clock: virtualClock(), signal: operator.signal },
    gates: { preflight: gate('preflight'), readiness: gate('readiness'), smoke: gate('smoke'), standby: gate('standby') },
    watch: { judge, everyMs: { monitor: 1_000, bake: 10_000 } },
    journal: {
      append: (entry) => Promise.resolve(void entries.push(entry)),
      last: () => Promise.resolve(entries.length === 0 ? null : entries.filter(({ id }) => id === entries.at(-1)?.id)),
    },
    log: {
      append: (record) => Promise.resolve(void records.push(record)),
      has: (wanted) => Promise.resolve(records.some(({ id }) => id === wanted)),
    },
    onEvent: (event) => events.push(event),
    interrupt: () => {
      operator.abort();
    },
  };
}
