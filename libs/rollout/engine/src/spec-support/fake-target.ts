import { otherSlot, type Ledger, type LedgerCounts, type LedgerRow, type Slot } from '@devplatform/contracts';
import { RolloutError, type RolloutErrorCode } from '../error.ts';
import type { InstanceObservation, Observation, SlotObservation, TrafficCounts } from '../observation.ts';
import type { Release } from '../release.ts';
import type { Environment, InFlight, Lease, LeaseHolder, ServiceProbe, ServiceRole, SlotState, Target } from '../target.ts';

interface FakeSlot {
  release: Release | null;
  running: boolean;
  working: boolean;
  draining: boolean;
  sockets: number;
  /** Ended by itself: what ran there is still known. */
  crashed: boolean;
}

const release = (tag: string, migrations: string[]): Release => ({
  ...{ tag, version: tag.slice(1), commit: 'abc123', digest: `sha256:${'0'.repeat(64)}` },
  ...{ contracts: [1], protocol: [1, 1], migrations },
});
export const GOOD = release('v1.2.0', ['CreateSchema1']);
export const OTHER = release('v1.3.0', ['CreateSchema1', 'AddAnnotationStatus2']);
export const BAD_MIGRATION = release('v1.3.1-bad', ['CreateSchema1', 'Broken3']);
/** Another team's: the engine knows roles and no names. */
const SERVICES: readonly (readonly [service: string, role: ServiceRole])[] = [
  ['storefront', 'web'],
  ['pages', 'static'],
  ['mailer', 'worker'],
];
const RELEASES = [GOOD, BAD_MIGRATION, OTHER];

const refuse = (code: RolloutErrorCode, message: string): RolloutError =>
  new RolloutError(code, message, { untouched: 'Nothing was changed.', next: 'Nothing to do: this is a test.' });

/**
 * An environment in memory. It drives the state machine through faults that no real environment produces on demand (any
 * call may fail, before or after its effect) and keeps a book of what must never happen. It stands for nothing
 * else: what users see is tested on target-local. It passes the conformance suite, so it keeps the promises it is used for.
 */
export class FakeTarget implements Target {
  readonly name = 'fake';
  readonly calls: string[] = [];
  /** What an engine must never ask for. */
  readonly violations: string[] = [];
  /** Gates that passed since the slot was last deployed to (or left, but for smoke), as `readiness blue`. */
  readonly passed = new Set<string>();
  /** Decides which calls fail; they take effect first where it says `after`. */
  fault: (call: string) => 'before' | 'after' | undefined = () => undefined;
  readonly slots: Record<Slot, FakeSlot> = { blue: empty(), green: empty() };
  active: Slot | null = null;
  /** Changes what is observed: sources that are away, counts of a slot that fails. */
  distort: (seen: Observation) => Observation = (seen) => seen;
  /** Newest first. */
  readonly ledgers: Ledger[] = [];
  #previous: Slot | null = null;
  #up = false;
  #starts = 0;
  readonly #requests: Record<Slot, number> = { blue: 0, green: 0 };
  #applied = new Set<string>();
  #fence = 0;
  #holder: (LeaseHolder & { step: string }) | null = null;

  describe(): Promise<Environment> {
    const slot = (name: Slot): SlotState => {
      const { release, running } = this.slots[name];
      const internal = `http://${name}.invalid`;
      const addresses = { storefront: internal };
      return { slot: name, release: release?.tag ?? null, digest: release?.digest ?? null, running, addresses: running ? addresses : null };
    };
    const previous = this.#previous !== null && this.slots[this.#previous].running ? this.#previous : null;
    const publicUrl = this.#up ? 'http://public.invalid' : null;
    const slots = { blue: slot('blue'), green: slot('green') };
    return Promise.resolve({ target: this.name, exists: this.#up, active: this.active, previous, publicUrl, slots });
  }

  lease(holder: LeaseHolder): Promise<Lease> {
    if (this.#holder !== null) return Promise.reject(refuse('locked', `Held by ${this.#holder.who}, at the step ${this.#holder.step}.`));
    this.#holder = { ...holder, step: 'lock' };
    const fence = ++this.#fence;
    const release = (): Promise<void> => {
      if (fence === this.#fence) this.#holder = null;
      return Promise.resolve();
    };
    const heartbeat = (step: string): Promise<void> =>
      this.#effect(`heartbeat ${step}`, { fence }, () => {
        if (this.#holder !== null) this.#holder.step = step;
      });
    return Promise.resolve({ fence, heartbeat, release, [Symbol.asyncDispose]: release });
  }

  /** The process that held the lease has ended. */
  holderDies(): void {
    this.#holder = null;
  }

  /** As if the lease had expired and somebody else had taken it. */
  stealLease(): void {
    this.#fence += 1;
  }

  resolveRelease(tag: string | undefined): Promise<Release> {
    const found = tag === undefined ? RELEASES.at(-1) : RELEASES.find((release) => release.tag === tag);
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(refuse('unknown-release', `There is ${RELEASES.map((release) => release.tag).join(', ')}, not ${tag ?? ''}.`));
  }

  prepare(lease: Lease): Promise<{ readonly created: boolean }> {
    return this.#effect('prepare', lease, () => {
      const created = !this.#up;
      this.#up = true;
      return { created };
    });
  }

  migrate({ tag, migrations }: Release, lease: Lease): Promise<{ applied: readonly string[]; ms: number }> {
    return this.#effect(`migrate ${tag}`, lease, () => {
      if (tag === BAD_MIGRATION.tag) throw refuse('migration-failed', 'Broken3 failed.');
      const applied = migrations.filter((name) => !this.#applied.has(name));
      for (const name of migrations) this.#applied.add(name);
      return { applied, ms: 1 };
    });
  }

  deploy(slot: Slot, release: Release, lease: Lease): Promise<void> {
    return this.#effect(`deploy ${slot}`, lease, () => {
      this.#refuseActive(slot);
      if (this.slots[slot].sockets > 0) this.violations.push(`deployed over ${this.slots[slot].sockets} sockets in ${slot}`);
      this.slots[slot] = { ...empty(), release, running: true };
      if (this.#previous === slot) this.#previous = null;
      this.#starts += 1;
      this.#forget(slot);
    });
  }

  probe(slot: Slot): Promise<readonly ServiceProbe[]> {
    const state = this.slots[slot].running ? ('healthy' as const) : ('down' as const);
    return Promise.resolve(SERVICES.map(([service, role]) => ({ service, role, state, detail: state })));
  }

  observe(): Promise<Observation> {
    const slot = (name: Slot): SlotObservation => {
      const { running, crashed } = this.slots[name];
      const instances = SERVICES.map((service) => instance(service, running ? this.#starts : null));
      return { traffic: this.#up ? traffic(this.#requests[name]) : null, instances: running || crashed ? instances : [] };
    };
    return Promise.resolve(this.distort({ at: START, slots: { blue: slot('blue'), green: slot('green') } }));
  }

  /** A user's request comes through the front door. */
  serve(): void {
    if (this.active !== null) this.#requests[this.active] += 1;
  }

  switchTo(slot: Slot, lease: Lease): Promise<{ effectiveMs: number; at: string }> {
    return this.#effect(`switch ${slot}`, lease, () => {
      if (!this.slots[slot].running) throw refuse('switch-failed', `${slot} does not answer.`);
      if (this.active !== slot) {
        this.#previous = this.active;
        this.active = slot;
        this.slots[slot].sockets += 5;
        for (const gate of ['readiness', 'standby']) this.passed.delete(`${gate} ${otherSlot(slot)}`);
      }
      return { effectiveMs: 1, at: new Date(0).toISOString() };
    });
  }

  startWork(slot: Slot, lease: Lease): Promise<void> {
    return this.#effect(`start-work ${slot}`, lease, () => {
      this.slots[slot].working = true;
    });
  }

  pauseWork(slot: Slot, lease: Lease): Promise<void> {
    return this.#effect(`pause-work ${slot}`, lease, () => {
      this.slots[slot].working = false;
    });
  }

  drain(slot: Slot, to: Slot, _handoverId: string, lease: Lease): Promise<void> {
    return this.#effect(`drain ${slot}`, lease, () => {
      if (this.active !== to) throw refuse('drain-failed', `The front door does not answer from ${to}.`);
      const left = this.ledgers.filter(({ from }) => from === slot).flatMap(({ rows }) => rows);
      for (const row of left) if (row.outcome === null) Object.assign(row, { outcome: 'moved', toSlot: to });
      this.slots[to].sockets += this.slots[slot].sockets;
      Object.assign(this.slots[slot], { draining: true, sockets: 0 });
    });
  }

  undrain(slot: Slot, lease: Lease): Promise<void> {
    return this.#effect(`undrain ${slot}`, lease, () => {
      this.slots[slot].draining = false;
    });
  }

  inFlight(slot: Slot): Promise<InFlight> {
    const { sockets } = this.slots[slot];
    return Promise.resolve({ sockets, notYetHinted: 0, httpInFlight: 0, appendQueue: 0, activeJobs: 0, forced: 0 });
  }

  openLedger(from: Slot, to: Slot, handoverId: string, lease: Lease): Promise<LedgerCounts> {
    return this.#effect(`open-ledger ${from}`, lease, () => {
      const known = this.ledgers.find((ledger) => ledger.handoverId === handoverId);
      if (known !== undefined) return known.counted;
      const { running, sockets } = this.slots[from];
      if (!running) throw refuse('drain-failed', `${from} does not answer.`);
      const counted = { socket: sockets, request: 0, upload: 0, job: 0, page: 0 };
      const rows = Array.from({ length: sockets }, (_, i) => openSocket(`${from} ${i}`));
      this.ledgers.unshift({ handoverId, from, to, at: new Date(0).toISOString(), counted, rows });
      return counted;
    });
  }

  ledger(id: string): Promise<Ledger | null> {
    return Promise.resolve(this.ledgers.find(({ handoverId }) => id === 'latest' || id === handoverId) ?? null);
  }

  stop(slot: Slot, lease: Lease): Promise<void> {
    return this.#effect(`stop ${slot}`, lease, () => {
      this.#refuseActive(slot);
      this.slots[slot] = { ...this.slots[slot], running: false, working: false, draining: false, sockets: 0, crashed: false };
      this.#forget(slot);
    });
  }

  /** The process ends by itself; the front door answers from nowhere if it was active. */
  crash(slot: Slot): void {
    this.slots[slot] = { ...this.slots[slot], running: false, working: false, sockets: 0, crashed: true };
    if (this.active === slot) this.active = null;
  }

  /** A supervisor starts it again: nobody has seen these processes ready. */
  restart(slot: Slot): void {
    if (!this.slots[slot].running) return;
    this.slots[slot].working = this.active === slot;
    this.#starts += 1;
    for (const gate of ['readiness', 'standby']) this.passed.delete(`${gate} ${slot}`);
  }

  #forget(slot: Slot): void {
    for (const gate of this.passed) if (gate.endsWith(slot)) this.passed.delete(gate);
  }

  #refuseActive(slot: Slot): void {
    if (this.active !== slot) return;
    this.violations.push(`asked to end the active slot ${slot}`);
    throw refuse('slot-active', `${slot} serves.`);
  }

  #effect<T>(call: string, { fence }: { readonly fence: number }, change: () => T): Promise<T> {
    if (fence !== this.#fence || this.#holder === null) return Promise.reject(refuse('lease-lost', 'A newer lease exists.'));
    this.calls.push(call);
    const fault = this.fault(call);
    return new Promise((resolve) => {
      if (fault === 'before') throw new Error(`${call} failed`);
      const result = change();
      if (fault === 'after') throw new Error(`${call} did its work and failed then`);
      resolve(result);
    });
  }
}

function empty(): FakeSlot {
  return { release: null, running: false, working: false, draining: false, sockets: 0, crashed: false };
}

const START = new Date(0).toISOString();

const traffic = (requests: number): TrafficCounts => ({
  ...{ since: START, requests, serverErrors: 0, upgrades: 0, upgradesFailed: 0 },
  latency: { boundsMs: [100, 500], counts: [requests, 0, 0] },
});

/** `start` null: it has ended. */
const instance = ([service, role]: (typeof SERVICES)[number], start: number | null): InstanceObservation => ({
  ...{ service, instance: `pid ${start ?? 0}`, startedAt: start === null ? null : new Date(start).toISOString() },
  ...{ healthy: start !== null, memoryBytes: start === null ? null : 100e6, memoryLimitBytes: null, cpuSeconds: start === null ? null : 1 },
  sockets: role === 'web' && start !== null ? { opened: 0, closed: 0, abnormal: 0 } : null,
  jobs: role === 'worker' && start !== null ? { done: 0, failed: 0 } : null,
  criticalErrors: role === 'static' || start === null ? null : {},
});

const openSocket = (item: string): LedgerRow => ({
  ...{ kind: 'socket', item, session: item, late: false, detail: '', outcome: null, toSlot: null, gapMs: 0, retries: 0, closedAt: null },
});
