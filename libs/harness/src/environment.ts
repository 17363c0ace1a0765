import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Slot } from '@devplatform/contracts';
import { startParts, type Parts } from '@devplatform/embedded';
import type { Environment, RolloutEvent, SlotAddresses, Target } from '@devplatform/rollout-engine';
import { localTarget } from '@devplatform/target-local';
import { runCommand, type CommandResult } from './command-line.ts';

/** A run of the command line that moved the traffic. Times in milliseconds since 1970. */
export interface Deployment {
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
}

/** A whole environment on this machine, brought up and moved by the real command line. */
export class LocalEnvironment implements AsyncDisposable {
  readonly home: string;
  readonly publicUrl: string;
  readonly #releases: string;
  readonly #target: Target;
  readonly #keep: boolean;
  readonly #running = new Set<Promise<CommandResult>>();

  private constructor(home: string, releases: string, publicUrl: string, keep: boolean) {
    this.home = home;
    this.publicUrl = publicUrl;
    this.#releases = releases;
    this.#target = localTarget({ home, releasesDir: releases });
    this.#keep = keep;
  }

  /** Deploys the first release to blue, which brings everything up. Throws with what the command line said where it fails. */
  static async bringUp({ home, releases, release = 'v1.2.0', onEvent }: EnvironmentOptions): Promise<LocalEnvironment> {
    const folder = home ?? mkdtempSync(join(tmpdir(), 'devplatform-'));
    const first = new LocalEnvironment(folder, releases, '', home !== undefined);
    try {
      succeeded(await first.command(['deploy', 'backend', '--slot', 'blue', '--release', release], {}, onEvent));
      const { publicUrl } = await first.describe();
      if (publicUrl === null) throw new Error('the environment was brought up and has no public address');
      return new LocalEnvironment(folder, releases, publicUrl, home !== undefined);
    } catch (error) {
      await first[Symbol.asyncDispose]();
      throw error;
    }
  }

  describe(): Promise<Environment> {
    return this.#target.describe();
  }

  /** Private addresses; null where nothing is deployed. */
  async slots(): Promise<Readonly<Record<Slot, SlotAddresses | null>>> {
    const { slots } = await this.describe();
    return { blue: slots.blue.addresses, green: slots.green.addresses };
  }

  /** Finds the shared parts, or starts those that do not run. */
  parts(): Promise<Parts> {
    return startParts(this.home);
  }

  /** Runs the command line on this environment. */
  command(args: readonly string[], env: NodeJS.ProcessEnv = {}, onEvent?: Listener): Promise<CommandResult> {
    const running = runCommand([...args, '--home', this.home, '--releases', this.#releases], env, onEvent);
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
    succeeded(await this.command(['down']));
    if (!this.#keep) rmSync(this.home, { recursive: true, force: true });
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
    from: record.slots.before,
    to,
    asked: started,
    decided: Date.parse(record.startedAt),
    told: proven - effectiveMs,
    proven,
    ended,
  };
}
