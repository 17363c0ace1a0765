import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LedgerKind, SLOT_HEADER, VERSION_HEADER, type Slot } from '@devplatform/contracts';
import { systemClock } from './clock.ts';
import type { RolloutErrorCode } from './error.ts';
import { Observation } from './observation.ts';
import type { Release } from './release.ts';
import { isIdle } from './settle.ts';
import type { Lease, Target } from './target.ts';

/** A target with nothing in it yet, and what the suite cannot know about it. */
export interface TargetHarness {
  readonly target: Target;
  /** Tags of two releases that work. */
  readonly goodRelease: string;
  readonly otherRelease: string;
  /** A release whose migration fails half-way. */
  readonly badMigrationRelease?: string;
  /** GET through the front door, over a fresh connection. */
  fetchPublic(path: string): Promise<Response>;
  dispose(): Promise<void>;
}

const PATIENCE_MS = 120_000;
const HEALTH = '/api/v1/health';

/**
 * The promises of the Target port as one suite, run unchanged against every adapter. It tells the life of one environment,
 * so the tests depend on their order, as deployments do.
 */
export function targetConformance(name: string, makeHarness: () => Promise<TargetHarness>): void {
  describe(`target ${name} keeps the promises of the port`, () => {
    let harness: TargetHarness;
    let target: Target;
    let lease: Lease;
    let good: Release;
    let other: Release;

    const publicSlot = async (): Promise<string | null> => (await harness.fetchPublic(HEALTH)).headers.get(SLOT_HEADER);
    const take = (): Promise<Lease> => target.lease({ who: 'conformance@suite', deploymentId: crypto.randomUUID() });

    beforeAll(async () => {
      harness = await makeHarness();
      target = harness.target;
      good = await target.resolveRelease(harness.goodRelease);
      other = await target.resolveRelease(harness.otherRelease);
      lease = await take();
    }, PATIENCE_MS);
    afterAll(() => harness.dispose(), PATIENCE_MS);

    it('TP-1 describes an environment that was never brought up', async () => {
      expect(await target.describe()).toMatchObject({ target: target.name, exists: false, active: null, previous: null });
    });

    it('TP-2 names the releases that exist when it is asked for another one', async () => {
      const refusal = target.resolveRelease('v0.0.0');
      await expect(refusal).rejects.toMatchObject(code('unknown-release'));
      await expect(refusal).rejects.toThrow(good.tag);
      expect([good.tag, other.tag]).toEqual([harness.goodRelease, harness.otherRelease]);
    });

    it('TP-3 grants the lease to one holder, and says who it is and at which step', async () => {
      await lease.heartbeat('readiness');
      const refusal = take();
      await expect(refusal).rejects.toMatchObject(code('locked'));
      await expect(refusal).rejects.toThrow(/conformance@suite.*readiness/s);
    });

    it('TP-4 fences: after the lease was passed on, the old one has no effect any more', async () => {
      const old = lease;
      await old.release();
      lease = await take();
      expect(lease.fence).toBeGreaterThan(old.fence);
      await expect(old.heartbeat('deploy')).rejects.toMatchObject(code('lease-lost'));
      await expect(target.prepare(old)).rejects.toMatchObject(code('lease-lost'));
      await expect(target.deploy('blue', good, old)).rejects.toMatchObject(code('lease-lost'));
      await expect(target.switchTo('blue', old)).rejects.toMatchObject(code('lease-lost'));
    });

    it(
      'TP-5 brings up what is missing, once',
      async () => {
        expect(await target.prepare(lease)).toEqual({ created: true });
        expect(await target.prepare(lease)).toEqual({ created: false });
        expect(await target.describe()).toMatchObject({ exists: true, active: null });
      },
      PATIENCE_MS,
    );

    it(
      'TP-6 rolls a failing migration back, and deploys nothing',
      async () => {
        if (harness.badMigrationRelease === undefined) return;
        const bad = await target.resolveRelease(harness.badMigrationRelease);
        await expect(target.migrate(bad, lease)).rejects.toMatchObject(code('migration-failed'));
        expect((await target.describe()).slots).toMatchObject({ blue: { release: null }, green: { release: null } });
      },
      PATIENCE_MS,
    );

    it(
      'TP-7 applies each migration once',
      async () => {
        expect((await target.migrate(good, lease)).applied).toEqual(good.migrations);
        expect((await target.migrate(good, lease)).applied).toEqual([]);
      },
      PATIENCE_MS,
    );

    it(
      'TP-8 deploys to a slot that serves nobody, and says truly what is there',
      async () => {
        await target.deploy('blue', good, lease);
        await healthy(target, 'blue');
        const { active, slots } = await target.describe();
        expect(active).toBeNull();
        expect(slots).toMatchObject({ blue: { release: good.tag, digest: good.digest, running: true }, green: { release: null } });
        expect(slots.blue.addresses).not.toBeNull();
      },
      PATIENCE_MS,
    );

    it(
      'TP-9 returns from a switch when the front door answers from the slot, and may be asked again',
      async () => {
        expect((await target.switchTo('blue', lease)).effectiveMs).toBeGreaterThanOrEqual(0);
        expect(await publicSlot()).toBe('blue');
        await target.switchTo('blue', lease);
        expect(await target.describe()).toMatchObject({ active: 'blue', previous: null });
        expect((await harness.fetchPublic(HEALTH)).headers.get(VERSION_HEADER)).toBe(good.version);
      },
      PATIENCE_MS,
    );

    it('TP-10 refuses to stop or replace the active slot', async () => {
      await expect(target.stop('blue', lease)).rejects.toMatchObject(code('slot-active'));
      await expect(target.deploy('blue', other, lease)).rejects.toMatchObject(code('slot-active'));
      expect(await target.describe()).toMatchObject({ active: 'blue', slots: { blue: { release: good.tag, running: true } } });
    });

    it('TP-19 says what both slots have counted, which only grows, and calls nothing deployed where nothing is', async () => {
      const before = Observation.parse(await target.observe());
      for (let asked = 0; asked < 3; asked += 1) await (await harness.fetchPublic(HEALTH)).text();
      // An answer is counted when it has ended at the front door, which is a moment after it has ended here.
      await eventually('three more answers', async () => requestsOf(await target.observe(), 'blue') >= requestsOf(before, 'blue') + 3);
      const { slots } = await target.observe();
      expect(slots.green.instances).toEqual([]);
      expect(requestsOf({ slots }, 'green')).toBe(0);
      const services = (await target.probe('blue')).map(({ service }) => service);
      expect(new Set(slots.blue.instances.map(({ service }) => service))).toEqual(new Set(services));
      for (const { startedAt, healthy } of slots.blue.instances) expect([typeof startedAt, healthy]).toEqual(['string', true]);
      const { traffic } = slots.blue;
      const { traffic: earlier } = before.slots.blue;
      expect(traffic?.since).toBe(earlier?.since);
      for (const key of ['requests', 'serverErrors', 'upgrades', 'upgradesFailed'] as const)
        expect(traffic?.[key]).toBeGreaterThanOrEqual(earlier?.[key] ?? Infinity);
      expect(traffic?.latency.counts).toHaveLength((traffic?.latency.boundsMs.length ?? 0) + 1);
      expect(sum(traffic?.latency.counts ?? [])).toBeGreaterThanOrEqual(sum(earlier?.latency.counts ?? []));
    });

    it(
      'TP-11 lets users notice nothing of a deployment to the inactive slot',
      async () => {
        await target.migrate(other, lease);
        await target.deploy('green', other, lease);
        await healthy(target, 'green');
        expect(await publicSlot()).toBe('blue');
        expect(await target.describe()).toMatchObject({ active: 'blue', slots: { green: { release: other.tag, running: true } } });
      },
      PATIENCE_MS,
    );

    it('TP-12 refuses to drain a slot before the front door has moved', async () => {
      await expect(target.drain('blue', 'green', crypto.randomUUID(), lease)).rejects.toThrow();
      expect(await publicSlot()).toBe('blue');
    });

    it(
      'TP-13 moves the front door and remembers the way back',
      async () => {
        await target.switchTo('green', lease);
        expect(await publicSlot()).toBe('green');
        expect(await target.describe()).toMatchObject({ active: 'green', previous: 'blue', slots: { blue: { running: true } } });
      },
      PATIENCE_MS,
    );

    it('TP-18 counts what the old slot has under way and writes it down, once for each switch', async () => {
      expect(await target.ledger('latest')).toBeNull();
      const id = crypto.randomUUID();
      const counted = await target.openLedger('blue', 'green', id, lease);
      expect(Object.keys(counted).sort()).toEqual([...LedgerKind.options].sort());
      expect(await target.openLedger('blue', 'green', id, lease)).toEqual(counted);
      const ledger = await target.ledger(id);
      expect(ledger).toMatchObject({ handoverId: id, from: 'blue', to: 'green', counted });
      expect(await target.ledger('latest')).toEqual(ledger);
      for (const kind of LedgerKind.options) expect(ledger?.rows.filter((row) => row.kind === kind)).toHaveLength(counted[kind]);
      expect(await target.ledger(crypto.randomUUID())).toBeNull();
    });

    it('TP-14 starts and pauses work as often as it is asked to', async () => {
      await target.startWork('green', lease);
      await target.startWork('green', lease);
      await target.pauseWork('blue', lease);
      await target.pauseWork('blue', lease);
      // A worker that starts may run a job of its own schedule for a moment.
      await eventually('no job in green', async () => (await target.inFlight('green')).activeJobs === 0);
    });

    it(
      'TP-15 drains the old slot down to observed zeros',
      async () => {
        await target.drain('blue', 'green', crypto.randomUUID(), lease);
        await target.drain('blue', 'green', crypto.randomUUID(), lease);
        await eventually('nothing in flight in blue', async () => isIdle(await target.inFlight('blue')));
        expect((await target.ledger('latest'))?.rows.filter(({ outcome }) => outcome === null)).toEqual([]);
      },
      PATIENCE_MS,
    );

    it(
      'TP-16 takes a drained slot into service again',
      async () => {
        await target.undrain('blue', lease);
        await target.switchTo('blue', lease);
        expect(await publicSlot()).toBe('blue');
        expect(await target.describe()).toMatchObject({ active: 'blue', previous: 'green' });
      },
      PATIENCE_MS,
    );

    it(
      'TP-20 forgets the way back to a slot that it replaces',
      async () => {
        await target.deploy('green', other, lease);
        expect(await target.describe()).toMatchObject({ active: 'blue', previous: null, slots: { green: { running: true } } });
        expect(await publicSlot()).toBe('blue');
      },
      PATIENCE_MS,
    );

    it(
      'TP-17 stops the inactive slot as often as it is asked to; then there is no way back to it',
      async () => {
        await target.stop('green', lease);
        await target.stop('green', lease);
        expect(await target.describe()).toMatchObject({ active: 'blue', previous: null, slots: { green: { running: false } } });
        expect((await target.probe('green')).every(({ state }) => state === 'down')).toBe(true);
        expect((await target.observe()).slots.green.instances).toEqual([]);
        expect(await publicSlot()).toBe('blue');
      },
      PATIENCE_MS,
    );
  });
}

const code = (expected: RolloutErrorCode): { readonly code: RolloutErrorCode } => ({ code: expected });

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const requestsOf = ({ slots }: Pick<Observation, 'slots'>, slot: Slot): number => slots[slot].traffic?.requests ?? Number.NaN;

const healthy = (target: Target, slot: 'blue' | 'green'): Promise<void> =>
  eventually(`${slot} to be healthy`, async () => (await target.probe(slot)).every(({ state }) => state === 'healthy'));

async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  const start = systemClock.now();
  while (!(await condition())) {
    if (systemClock.now() - start > PATIENCE_MS / 2) throw new Error(`waited ${PATIENCE_MS / 2000} s for ${what}`);
    await systemClock.sleep(100);
  }
}
