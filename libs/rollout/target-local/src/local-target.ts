import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { Slot, otherSlot, type Ledger, type LedgerCounts, type ServiceName, type SlotAddresses } from '@devplatform/contracts';
import { startParts, stopParts, until, type Parts } from '@devplatform/embedded';
import {
  RolloutError,
  type Environment,
  type InFlight,
  type Lease,
  type LeaseHolder,
  type MigrationReport,
  type Observation,
  type Release,
  type ServiceProbe,
  type SlotState,
  type SwitchReport,
  type Target,
} from '@devplatform/rollout-engine';
import { z } from 'zod';
import { ControlPlane } from './control-plane.ts';
import type { FrontDoorClient } from './front-door-client.ts';
import { FrontDoorProcess } from './front-door-process.ts';
import { LeaseStore } from './lease.ts';
import { runMigrations } from './migration.ts';
import { isAnswering } from './public-entry.ts';
import { Releases } from './releases.ts';
import { keepSecrets, readSecrets } from './secrets.ts';
import { probeSlot } from './service-probe.ts';
import { observeSlots } from './slot-observation.ts';
import { SlotProcesses, type SlotEnvironment } from './slot-processes.ts';
import { forgetWayBackTo, switchTraffic } from './traffic-switch.ts';

const Settings = z.object({
  /** Port of the front door; default: a free one, the same for as long as the environment exists. */
  PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  LOG_LEVEL: z.string().default('info'),
  /** What each service may take, in 1024 * 1024 bytes, for the monitor: processes of this machine have no limit of their own. */
  DEVPLATFORM_MEMORY_LIMIT_MB: z.coerce.number().positive().optional(),
  /**
   * For fault injection: addresses of backends by slot (JSON) that the front door is given in place of their own. Whatever listens
   * there carries to the slot.
   */
  BACKEND_ROUTES: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.partialRecord(Slot, z.url()))
    .optional(),
});

/** Milliseconds after which a slot that runs but does not answer through the front door is not called active. */
const ANSWER_MS = 5000;

export interface LocalTargetOptions {
  /** Folder of everything that the environment keeps: data, records, logs, secrets. */
  readonly home: string;
  /** `dist/releases`. */
  readonly releasesDir: string;
  readonly log?: (line: string) => void;
  /** By service; goes before DEVPLATFORM_MEMORY_LIMIT_MB. */
  readonly memoryLimitBytes?: Readonly<Partial<Record<ServiceName, number>>>;
  /** Milliseconds from SIGTERM to SIGKILL, by service; default 30 s, and 10 s for the frontend. */
  readonly graceMs?: Readonly<Partial<Record<ServiceName, number>>>;
  /** PORT, LOG_LEVEL, DEVPLATFORM_MEMORY_LIMIT_MB, and what replaces embedded parts; default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Blue and green as processes of this machine, behind a front door of our own. */
export interface LocalTarget extends Target {
  /** What users connect to, without a trailing slash; null while it is down. */
  readonly publicUrl: string | null;
  /** Routes and traffic; null while it is down. */
  readonly frontDoor: FrontDoorClient | null;
  /** Where a slot listens, whether it runs or not; null where nothing is deployed. */
  addresses(slot: Slot): SlotAddresses | null;
  /**
   * Starts a service of a slot that has ended again; its worker takes jobs only where the slot is the active one. Nothing does that by
   * itself here: compose and Kubernetes have a supervisor, target local has whoever watches it. Throws where the service runs.
   */
  restart(slot: Slot, service: ServiceName): Promise<void>;
  /** Ends everything, by the ids that were recorded; data stays. Throws `locked` while another process deploys. */
  down(): Promise<{ readonly stopped: readonly string[] }>;
}

export function localTarget(options: LocalTargetOptions): LocalTarget {
  return new ProcessTarget(options);
}
class ProcessTarget implements LocalTarget {
  readonly name = 'local';
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #settings: z.infer<typeof Settings>;
  readonly #memoryLimits: Readonly<Partial<Record<ServiceName, number>>>;
  readonly #log: (line: string) => void;
  readonly #releases: Releases;
  readonly #leases: LeaseStore;
  readonly #slots: SlotProcesses;
  readonly #frontDoor: FrontDoorProcess;

  constructor({ home, releasesDir, memoryLimitBytes, graceMs, log = () => undefined, env = process.env }: LocalTargetOptions) {
    this.#home = resolve(home);
    this.#env = env;
    this.#settings = Settings.parse(env);
    this.#memoryLimits = { ...sameForEach(this.#settings.DEVPLATFORM_MEMORY_LIMIT_MB), ...memoryLimitBytes };
    this.#log = log;
    this.#releases = new Releases(resolve(releasesDir));
    this.#slots = new SlotProcesses(this.#home, graceMs);
    this.#frontDoor = new FrontDoorProcess(this.#home);
    this.#leases = new LeaseStore(join(this.#home, 'lock'), () => this.#frontDoor.record?.fence ?? 0);
  }

  get publicUrl(): string | null {
    return this.#frontDoor.publicUrl;
  }

  get frontDoor(): FrontDoorClient | null {
    return this.#frontDoor.client;
  }

  addresses(slot: Slot): SlotAddresses | null {
    return this.#slots.record(slot) === null ? null : this.#slots.addresses(slot, readSecrets(this.#home));
  }

  async describe(): Promise<Environment> {
    const table = (await this.frontDoor?.state()) ?? null;
    const slots = { blue: this.#describe('blue'), green: this.#describe('green') };
    const routed = table?.active ?? null;
    const previous = table?.previous ?? null;
    return {
      target: this.name,
      exists: table !== null || this.#running().length > 0,
      active: routed !== null && (await this.#answers(routed)) ? routed : null,
      previous: previous !== null && slots[previous].running ? previous : null,
      publicUrl: this.publicUrl,
      slots,
    };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous, a folder is not
  async lease(holder: LeaseHolder): Promise<Lease> {
    return this.#leases.acquire(holder);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async resolveRelease(tag: string | undefined): Promise<Release> {
    return this.#releases.find(tag);
  }

  async prepare({ fence }: Lease): Promise<{ readonly created: boolean }> {
    this.#leases.assertHeld(fence);
    const parts = await this.#parts();
    if (this.#frontDoor.isRunning) return { created: false };
    const secrets = await keepSecrets(this.#home);
    await this.#frontDoor.start({ parts, secrets, port: this.#settings.PORT, running: this.#running() });
    this.#log(`front door on ${this.publicUrl ?? ''}`);
    return { created: true };
  }

  async migrate(release: Release, { fence }: Lease): Promise<MigrationReport> {
    this.#leases.assertHeld(fence);
    return runMigrations(release, this.#releases.folder(release), (await this.#parts()).databaseUrl, { log: this.#log });
  }

  async deploy(slot: Slot, release: Release, { fence }: Lease): Promise<void> {
    this.#leases.assertHeld(fence);
    await this.#refuseActive(slot, 'replaced');
    if (this.frontDoor !== null) await forgetWayBackTo(slot, this.frontDoor, fence);
    await this.#slots.start(slot, release, this.#releases.folder(release), await this.#slotEnvironment());
    this.#log(`${release.tag} started in ${slot}: ${this.#addresses(slot).backend}`);
  }

  probe(slot: Slot): Promise<readonly ServiceProbe[]> {
    return probeSlot(this.#home, slot, this.addresses(slot));
  }

  observe(): Promise<Observation> {
    return observeSlots({
      home: this.#home,
      frontDoor: this.frontDoor,
      addresses: { blue: this.addresses('blue'), green: this.addresses('green') },
      memoryLimits: this.#memoryLimits,
    });
  }

  async switchTo(slot: Slot, { fence }: Lease): Promise<SwitchReport> {
    this.#leases.assertHeld(fence);
    const { backend, frontend } = this.#addresses(slot);
    const door = this.frontDoor;
    const publicUrl = this.publicUrl;
    if (door === null || publicUrl === null) throw notUp();
    const routes = { backend: this.#settings.BACKEND_ROUTES?.[slot] ?? backend, frontend };
    return switchTraffic(door, publicUrl, { slot, routes, fence });
  }

  async startWork(slot: Slot, { fence }: Lease): Promise<void> {
    this.#leases.assertHeld(fence);
    await this.#control(slot).startWork();
  }

  async pauseWork(slot: Slot, { fence }: Lease): Promise<void> {
    this.#leases.assertHeld(fence);
    await this.#control(slot).pauseWork();
  }

  async drain(slot: Slot, to: Slot, handoverId: string, { fence }: Lease): Promise<void> {
    this.#leases.assertHeld(fence);
    const publicUrl = this.publicUrl;
    if (publicUrl === null) throw notUp();
    await this.#control(slot).drain({ handoverId, to, publicUrl });
  }

  async undrain(slot: Slot, { fence }: Lease): Promise<void> {
    this.#leases.assertHeld(fence);
    await this.#control(slot).undrain();
  }

  async inFlight(slot: Slot): Promise<InFlight> {
    return this.#control(slot).inFlight((service) => this.#slots.isRunning(slot, service));
  }

  async openLedger(from: Slot, to: Slot, handoverId: string, { fence }: Lease): Promise<LedgerCounts> {
    this.#leases.assertHeld(fence);
    return this.#control(from).openLedger({ handoverId, to });
  }

  /** Both slots read the same books. */
  async ledger(handoverId: string): Promise<Ledger | null> {
    const readers = this.#running().map((slot) => this.#control(slot).ledger(handoverId));
    if (readers.length === 0) throw notUp('No backend runs that could read the ledger.');
    return Promise.any(readers).catch((error: unknown) => {
      throw error instanceof AggregateError ? error.errors[0] : error;
    });
  }

  async stop(slot: Slot, { fence }: Lease): Promise<void> {
    this.#leases.assertHeld(fence);
    await this.#refuseActive(slot, 'stopped');
    const stopped = await this.#slots.stop(slot);
    if (stopped.length > 0) this.#log(`stopped ${stopped.join(', ')}`);
  }

  async restart(slot: Slot, service: ServiceName): Promise<void> {
    const release = this.#releases.find(this.#slots.record(slot)?.release);
    const work = (await this.frontDoor?.state())?.active === slot ? 'running' : 'paused';
    await this.#slots.restart(slot, service, this.#releases.folder(release), { ...(await this.#slotEnvironment()), work });
  }

  async down(): Promise<{ readonly stopped: readonly string[] }> {
    const who = `${userInfo().username}@${hostname()}`;
    const lease = this.#leases.acquire({ who, deploymentId: 'down' }, { supersedeOwn: true });
    try {
      const stopped = [...((await this.#frontDoor.stop()) ? ['front-door'] : [])];
      for (const slot of Slot.options) stopped.push(...(await this.#slots.stop(slot)));
      return { stopped: [...stopped, ...(await stopParts(this.#home))] };
    } finally {
      await lease.release();
    }
  }

  #parts(): Promise<Parts> {
    return startParts(this.#home, this.#env);
  }

  async #slotEnvironment(): Promise<SlotEnvironment> {
    const publicUrl = this.publicUrl;
    if (publicUrl === null) throw notUp();
    return { parts: await this.#parts(), secrets: readSecrets(this.#home), publicUrl, logLevel: this.#settings.LOG_LEVEL };
  }

  #running(): readonly Slot[] {
    return Slot.options.filter((slot) => this.#slots.isRunning(slot, 'backend'));
  }

  #describe(slot: Slot): SlotState {
    const record = this.#slots.record(slot);
    if (record === null) return { slot, release: null, digest: null, running: false, addresses: null };
    const { release, digest } = record;
    return { slot, release, digest, running: this.#slots.isComplete(slot), addresses: this.#addresses(slot) };
  }

  #addresses(slot: Slot): SlotAddresses {
    const addresses = this.addresses(slot);
    if (addresses !== null) return addresses;
    throw new RolloutError('nothing-deployed', `Nothing is deployed in ${slot}.`, {
      untouched: 'Nothing was changed.',
      next: `Deploy a release there: \`npx nx deploy backend --slot ${slot}\`.`,
    });
  }

  #control(slot: Slot): ControlPlane {
    return new ControlPlane(slot, this.#addresses(slot));
  }

  /** A slot that runs but is slow for a moment is still the active one. */
  async #answers(slot: Slot): Promise<boolean> {
    const look = async (): Promise<'yes' | 'no' | null> => {
      if (!this.#slots.isRunning(slot, 'backend') || this.publicUrl === null) return 'no';
      return (await isAnswering(this.publicUrl, slot)) ? 'yes' : null;
    };
    return (await until(look, { what: slot, deadlineMs: ANSWER_MS }).catch(() => 'no')) === 'yes';
  }

  async #refuseActive(slot: Slot, verb: string): Promise<void> {
    const table = (await this.frontDoor?.state()) ?? this.#frontDoor.record;
    if (table?.active !== slot || !this.#slots.isRunning(slot, 'backend')) return;
    throw new RolloutError('slot-active', `${slot} serves the users now and cannot be ${verb}.`, {
      untouched: 'Both slots and the front door are as they were.',
      next: `Use the other slot: \`npx nx deploy backend --slot ${otherSlot(slot)}\`.`,
    });
  }
}

function sameForEach(megabytes: number | undefined): Readonly<Partial<Record<ServiceName, number>>> {
  if (megabytes === undefined) return {};
  const bytes = megabytes * 1024 * 1024;
  return { backend: bytes, frontend: bytes, worker: bytes };
}

function notUp(message = 'The front door does not run.'): RolloutError {
  return new RolloutError('environment-broken', message, {
    untouched: 'Both slots are as they were.',
    next: 'Deploy again; that starts it with the routes that it had.',
  });
}
