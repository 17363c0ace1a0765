import type { Ledger, LedgerCounts, Slot } from '@devplatform/contracts';
import type { Observation } from './observation.ts';
import type { Release } from './release.ts';

/*
 * The port between the engine and the place where it deploys. One conformance suite (conformance.ts) holds every
 * adapter to the promises written here. Every method is idempotent: a step that was cut off is simply run again.
 */

/** Where one slot and nothing else is reached, never through the front door. The engine hands it from the target to the gates and does not look into it. */
export type Addresses = Readonly<Record<string, string>>;

/** What a service may have under way: `web` requests and sockets, `worker` jobs, `static` nothing that could be lost. */
export type ServiceRole = 'web' | 'worker' | 'static';

/** One sample of one service: no verdict, that is the readiness gate's. */
export interface ServiceProbe {
  /** Its name, for people; the engine goes by the role. */
  readonly service: string;
  readonly role: ServiceRole;
  /** `down` also says that the process or container has ended by itself. */
  readonly state: 'healthy' | 'unhealthy' | 'starting' | 'down';
  /** What the service said, for the operator. */
  readonly detail: string;
}

export interface SlotState {
  readonly slot: Slot;
  /** null: nothing is deployed there. */
  readonly release: string | null;
  readonly digest: string | null;
  readonly running: boolean;
  readonly addresses: Addresses | null;
}

/** The environment as it *is*: asked from the front door and the processes, not from memory. */
export interface Environment {
  readonly target: string;
  /** false: nothing has been brought up yet. */
  readonly exists: boolean;
  /** null: the front door answers from no slot. */
  readonly active: Slot | null;
  /** Where a rollback goes; null where there is no way back. */
  readonly previous: Slot | null;
  readonly publicUrl: string | null;
  readonly slots: Readonly<Record<Slot, SlotState>>;
}

export interface LeaseHolder {
  /** Who, for the message to those who wait: user@host. */
  readonly who: string;
  readonly deploymentId: string;
}

/** Held where the target lives; a newer lease has a higher fence, and an effect with an older fence is refused. */
export interface Lease extends AsyncDisposable {
  readonly fence: number;
  /** Says which step is running, for those who wait. Throws `lease-lost` where somebody else holds it by now. */
  heartbeat(step: string): Promise<void>;
  release(): Promise<void>;
}

export interface MigrationReport {
  readonly applied: readonly string[];
  readonly ms: number;
}

export interface SwitchReport {
  /** Milliseconds from the command to the front door until it answered from the new slot. */
  readonly effectiveMs: number;
  readonly at: string;
}

/** What is still under way in a slot; all zero before it may be stopped, or named in `forced`. */
export interface InFlight {
  readonly sockets: number;
  readonly notYetHinted: number;
  readonly httpInFlight: number;
  readonly appendQueue: number;
  readonly activeJobs: number;
  readonly forced: number;
}

export interface Target {
  readonly name: string;

  describe(): Promise<Environment>;

  /** Throws RolloutError `locked` (who, since when, at which step) while another deployment holds it. */
  lease(holder: LeaseHolder): Promise<Lease>;

  /** The release by tag (`v1.3.0`) or the newest one for undefined. Throws `unknown-release` and names those that exist. */
  resolveRelease(tag: string | undefined): Promise<Release>;

  /** Brings up what both slots share (database, queue, store, front door) where it is missing. */
  prepare(lease: Lease): Promise<{ readonly created: boolean }>;

  /** Runs pending migrations once, with the *new* release. A failing one is rolled back; throws `migration-failed`. */
  migrate(release: Release, lease: Lease): Promise<MigrationReport>;

  /**
   * Starts the release in a slot that serves nobody, its workers paused. Refuses the active slot with `slot-active`. From here on no way back
   * leads to that slot: what was proven there is gone, and what runs there now is not proven yet.
   */
  deploy(slot: Slot, release: Release, lease: Lease): Promise<void>;

  /** One sample of each service of the slot. */
  probe(slot: Slot): Promise<readonly ServiceProbe[]>;

  /** What front door and slots have counted so far, of both slots; what does not answer is null in it, and no error. */
  observe(): Promise<Observation>;

  /**
   * Moves new connections to the slot without touching existing ones; returns when the front door answers from it over
   * fresh and kept connections, and puts the old slot back before it throws `switch-failed`.
   */
  switchTo(slot: Slot, lease: Lease): Promise<SwitchReport>;

  /** Lets the slot's workers take jobs, or keeps them from taking new ones (running ones go on). */
  startWork(slot: Slot, lease: Lease): Promise<void>;
  pauseWork(slot: Slot, lease: Lease): Promise<void>;

  /** Asks a slot that no longer gets traffic to hand over its sockets to `to`; refused by the slot until the front door is there. */
  drain(slot: Slot, to: Slot, handoverId: string, lease: Lease): Promise<void>;
  /** The slot serves again (rollback in mid-drain). */
  undrain(slot: Slot, lease: Lease): Promise<void>;
  /** A service that has ended holds nothing; throws where one that runs does not answer. */
  inFlight(slot: Slot): Promise<InFlight>;

  /**
   * The moment the front door has moved: the old slot counts what it has under way, and writes a row for each thing, all or none.
   * Repeating it with the same id changes nothing and answers the same counts. Throws where the slot cannot do it.
   */
  openLedger(from: Slot, to: Slot, handoverId: string, lease: Lease): Promise<LedgerCounts>;
  /** What became of it so far, as the slots wrote it, of one switch, or of the newest for `latest`. null: no switch wrote one. Throws where no slot answers. */
  ledger(handoverId: string): Promise<Ledger | null>;

  /** Ends the slot's processes in order; refuses the active slot with `slot-active`. */
  stop(slot: Slot, lease: Lease): Promise<void>;
}
