import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger, ServiceName, Slot, SlotAddresses } from '@devplatform/contracts';
import { findProcess, isAlive, startParts, until, type Parts } from '@devplatform/embedded';
import type { Environment, RolloutEvent } from '@devplatform/rollout-engine';
import { localTarget, type LocalTarget } from '@devplatform/target-local';
import { now } from './clock.ts';
import { runCommand, type CommandResult } from './command-line.ts';
import { FAULT_PLACES, Faults, type FaultPlace } from './faults.ts';
import type { Death } from './ledger.ts';

/** A run of the command line that moved the traffic. Times in milliseconds since 1970. */
export interface Deployment {
  /** Of its ledger. */
  readonly handoverId: string;
  readonly from: Slot;
  readonly to: Slot;
  readonly asked: number;
  readonly decided: number;
  readonly told: number;
  readonly proven: number;
  readonly ended: number;
}

export type CommandEvent = RolloutEvent;
type Listener = (event: CommandEvent) => void;

export interface EnvironmentOptions {
  /** Folder that it lives in; default a temporary one that is deleted at the end. */
  readonly home?: string;
  readonly releases: string;
  /** The release that is live on blue at the beginning. */
  readonly release?: string;
  readonly onEvent?: Listener;
  /**
   * With proxies between the parts, so that the network can be made to fail: `environment.faults`. Everywhere, or only where it will
   * be: all proxies share one event loop, which delays what is measured.
   */
  readonly faults?: boolean | readonly FaultPlace[];
}

/** Milliseconds that a process has to end, or to get ready. */
const SERVICE_MS = 60_000;

/** A whole environment on this machine, brought up and moved by the real command line. */
export class LocalEnvironment implements AsyncDisposable {
  readonly home: string;
  readonly #releases: string;
  readonly #keep: boolean;
  readonly #deaths: Death[] = [];
  readonly #running = new Set<Promise<CommandResult>>();
  #target: LocalTarget;
  /** Given to every command. */
  #env: NodeJS.ProcessEnv = {};
  #faults: Faults | undefined;

  private constructor(home: string, releases: string, keep: boolean) {
    this.home = home;
    this.#releases = releases;
    this.#target = localTarget({ home, releasesDir: releases });
    this.#keep = keep;
  }

  /** Deploys the first release to blue, which brings everything up. Throws with what the command line said where it fails. */
  static async bringUp(options: EnvironmentOptions): Promise<LocalEnvironment> {
    const { home, releases, release = 'v1.2.0', onEvent, faults = false } = options;
    const folder = home ?? mkdtempSync(join(tmpdir(), 'devplatform-'));
    const environment = new LocalEnvironment(folder, releases, home !== undefined);
    try {
      if (faults !== false) await environment.#interpose(faults === true ? FAULT_PLACES : faults);
      succeeded(await environment.command(['deploy', 'backend', '--slot', 'blue', '--release', release], {}, onEvent));
      if (environment.#target.publicUrl === null) throw new Error('the environment was brought up and has no public address');
      return environment;
    } catch (error) {
      await environment[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What users connect to; with faults, by way of `faults.clients`. */
  get publicUrl(): string {
    const { publicUrl } = this.#target;
    if (publicUrl === null) throw new Error('the front door does not run');
    return this.#faults?.clients.in(publicUrl) ?? publicUrl;
  }

  /** Throws where the environment was brought up without them. */
  get faults(): Faults {
    if (this.#faults === undefined) throw new Error('this environment was brought up without faults');
    return this.#faults;
  }

  describe(): Promise<Environment> {
    return this.#target.describe();
  }

  /** Private addresses; null where nothing is deployed. */
  slots(): Readonly<Record<Slot, SlotAddresses | null>> {
    return { blue: this.#target.addresses('blue'), green: this.#target.addresses('green') };
  }

  /** What the slots wrote of a switch, or of the newest for `latest`; null: no such ledger. */
  ledger(handoverId: string): Promise<Ledger | null> {
    return this.#target.ledger(handoverId);
  }

  /** Finds the shared parts, or starts those that do not run. */
  parts(): Promise<Parts> {
    return startParts(this.home);
  }

  /** Sends a signal to a service of a slot; resolves when it has ended. Nothing starts it again by itself here. */
  async kill(slot: Slot, service: ServiceName, signal: NodeJS.Signals): Promise<void> {
    const name = `${service}-${slot}`;
    const record = findProcess(this.home, name);
    if (record === null) throw new Error(`${name} does not run`);
    process.kill(record.pid, signal);
    if (service === 'backend' && signal === 'SIGKILL') this.#deaths.push({ slot, at: now() });
    await until(() => !isAlive(record), { what: `${name} to end`, deadlineMs: SERVICE_MS });
  }

  /** Backends that were killed without a word: what they had not written yet is written nowhere. */
  deaths(): readonly Death[] {
    return this.#deaths;
  }

  /** What a supervisor does after `kill`: same release, ports and environment. Resolves when the service is healthy. */
  async restart(slot: Slot, service: ServiceName): Promise<void> {
    await this.#target.restart(slot, service);
    const isHealthy = async (): Promise<boolean> =>
      (await this.#target.probe(slot)).some((probe) => probe.service === service && probe.state === 'healthy');
    await until(isHealthy, { what: `${service}-${slot} to be healthy again`, deadlineMs: SERVICE_MS });
  }

  /** Runs the command line on this environment; each of `interruptions` is one Ctrl-C. */
  command(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    onEvent?: Listener,
    ...interruptions: readonly AbortSignal[]
  ): Promise<CommandResult> {
    const where = ['--home', this.home, '--releases', this.#releases];
    const running = runCommand([...args, ...where], { ...this.#env, ...env }, onEvent, ...interruptions);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Throws with what the command line said unless the traffic was moved. */
  async deploy(slot: Slot, release: string, onEvent?: Listener): Promise<Deployment> {
    return deploymentOf(await this.command(['deploy', 'backend', '--slot', slot, '--release', release], {}, onEvent));
  }

  async rollback(onEvent?: Listener): Promise<Deployment> {
    return deploymentOf(await this.command(['rollback', 'backend'], {}, onEvent));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A deployment that is being interrupted first stops in order; it holds the lease until then.
    await Promise.allSettled(this.#running);
    // First, so that no process waits for a part that a test made to fail.
    await this.#faults?.heal();
    succeeded(await this.command(['down']));
    await this.#faults?.[Symbol.asyncDispose]();
    if (!this.#keep) rmSync(this.home, { recursive: true, force: true });
  }

  /** The parts are started here and not by the command line, which is told the proxies before them; `down` finds and ends them all the same. */
  async #interpose(places: readonly FaultPlace[]): Promise<void> {
    const parts = await startParts(this.home);
    this.#faults = await Faults.between(parts, {
      frontDoor: () => this.#target.publicUrl,
      slot: (slot) => this.#target.addresses(slot)?.backend ?? null,
    });
    this.#env = this.#faults.env(parts, places);
    this.#target = localTarget({ home: this.home, releasesDir: this.#releases, env: { ...process.env, ...this.#env } });
  }
}

function succeeded(result: CommandResult): CommandResult {
  if (result.exitCode !== 0) throw new Error(`the command line ended with ${result.exitCode}:\n${result.output}`);
  return result;
}

function deploymentOf(result: CommandResult): Deployment {
  const { events, started, ended } = succeeded(result);
  const record = events.find((event) => event.type === 'closed')?.record;
  if (record?.switch == null || record.slots.before === null) throw new Error(`the command line moved nothing:\n${result.output}`);
  const proven = Date.parse(record.switch.at);
  const { slot: to, effectiveMs } = record.switch;
  return {
    handoverId: record.id,
    from: record.slots.before,
    to,
    asked: started,
    decided: Date.parse(record.startedAt),
    told: proven - effectiveMs,
    proven,
    ended,
  };
}
