import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { choosePort, findProcess, startProcess, stopProcess, type Parts } from '@devplatform/embedded';
import type { ServiceName, Slot, SlotAddresses } from '@devplatform/contracts';
import { RolloutError, type Release } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';
import type { Secrets } from './secrets.ts';

const SlotRecord = z.object({
  release: z.string(),
  digest: z.string(),
  ports: z.object({ backend: z.int(), backendInternal: z.int(), frontend: z.int(), workerInternal: z.int() }),
});
/** `<home>/slots/<slot>.json`: what was deployed there last, and where it listens. */
export type SlotRecord = z.infer<typeof SlotRecord>;

/** What a release's processes are told besides their ports. */
export interface SlotEnvironment {
  readonly parts: Parts;
  readonly secrets: Secrets;
  readonly publicUrl: string;
  readonly logLevel: string;
}

interface Launch extends SlotEnvironment {
  readonly ports: SlotRecord['ports'];
  readonly work: 'running' | 'paused';
}

/** A small young generation: a backend under load stays at 180 MB instead of 310, at the same rate. */
const NODE_OPTIONS = ['--max-semi-space-size=4'];

interface Service {
  readonly name: ServiceName;
  readonly main: string;
  /** People come first: models are processed with what the backend leaves of the processors (ADR 0010). */
  readonly niceness?: number;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly graceMs: number;
}

/** In the order in which they end: the worker first, so that no job begins on a slot that goes away. */
const SERVICES: readonly Service[] = [
  { name: 'worker', main: 'worker/main.js', niceness: 5, graceMs: 30_000 },
  { name: 'backend', main: 'backend/main.js', graceMs: 30_000 },
  { name: 'frontend', main: 'frontend/server.js', graceMs: 10_000 },
];

/** What a release cannot be deployed without. */
export const ENTRY_FILES: readonly string[] = [...SERVICES.map(({ main }) => main), 'backend/migrate.js'];

export const processName = (service: ServiceName, slot: Slot): string => `${service}-${slot}`;

/** The three processes of each slot, as detached processes that later commands find again. */
export class SlotProcesses {
  readonly #home: string;
  readonly #graceMs: Readonly<Partial<Record<ServiceName, number>>>;

  constructor(home: string, graceMs: Readonly<Partial<Record<ServiceName, number>>> = {}) {
    this.#home = home;
    this.#graceMs = graceMs;
  }

  /** null: nothing is deployed there. */
  record(slot: Slot): SlotRecord | null {
    const file = this.#recordFile(slot);
    return existsSync(file) ? SlotRecord.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  }

  isRunning(slot: Slot, service: ServiceName): boolean {
    return findProcess(this.#home, processName(service, slot)) !== null;
  }

  isComplete(slot: Slot): boolean {
    return SERVICES.every(({ name }) => this.isRunning(slot, name));
  }

  addresses(slot: Slot, { internalToken }: Secrets): SlotAddresses | null {
    const ports = this.record(slot)?.ports;
    if (ports === undefined) return null;
    const at = (port: number): string => `http://127.0.0.1:${port}`;
    return {
      backend: at(ports.backend),
      frontend: at(ports.frontend),
      backendInternal: at(ports.backendInternal),
      workerInternal: at(ports.workerInternal),
      internalToken,
    };
  }

  /** Ends what runs in the slot, then starts the release's processes from `folder`, the worker paused. Throws `deploy-failed`. */
  async start(slot: Slot, release: Release, folder: string, environment: SlotEnvironment): Promise<void> {
    const missing = SERVICES.map(({ main }) => main).filter((main) => !existsSync(join(folder, main)));
    if (missing.length > 0) throw deployFailed(slot, release, `${folder} lacks ${missing.join(', ')}`);
    await this.stop(slot);
    const ports = {
      backend: await choosePort(undefined),
      backendInternal: await choosePort(undefined),
      frontend: await choosePort(undefined),
      workerInternal: await choosePort(undefined),
    };
    await writeAtomically(this.#recordFile(slot), { release: release.tag, digest: release.digest, ports } satisfies SlotRecord);
    try {
      for (const service of SERVICES) await this.#launch(slot, service, folder, { ...environment, ports, work: 'paused' });
    } catch (error) {
      await this.stop(slot);
      throw deployFailed(slot, release, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * Starts a service that has ended again, as a supervisor would: with the record, the ports and the environment of its slot, the
   * worker in the state `work`. Throws where nothing is deployed in the slot, or where the service runs.
   */
  async restart(slot: Slot, name: ServiceName, folder: string, environment: SlotEnvironment & Pick<Launch, 'work'>): Promise<void> {
    const record = this.record(slot);
    const service = SERVICES.find((known) => known.name === name);
    if (record === null || service === undefined || this.isRunning(slot, name))
      throw new Error(`${processName(name, slot)} has not ended, so it is not started again`);
    await this.#launch(slot, service, folder, { ...environment, ports: record.ports });
  }

  /** In order; returns the names of those that were running. */
  async stop(slot: Slot): Promise<readonly string[]> {
    const stopped: string[] = [];
    for (const { name, graceMs } of SERVICES) {
      const recorded = processName(name, slot);
      if (await stopProcess(this.#home, recorded, { graceMs: this.#graceMs[name] ?? graceMs })) stopped.push(recorded);
    }
    rmSync(this.#recordFile(slot), { force: true });
    return stopped;
  }

  #launch(slot: Slot, { name, main, niceness = 0 }: Service, folder: string, launch: Launch): Promise<unknown> {
    return startProcess({
      dir: this.#home,
      name: processName(name, slot),
      command: process.execPath,
      args: [...NODE_OPTIONS, join(folder, main)],
      cwd: folder,
      niceness,
      env: { ...this.#common(slot, launch), ...this.#environment(name, launch) },
    });
  }

  #common(slot: Slot, { logLevel }: SlotEnvironment): NodeJS.ProcessEnv {
    const { PATH, HOME, TMPDIR } = process.env;
    return { PATH, HOME, TMPDIR, NODE_ENV: 'production', SLOT: slot, HOST: '127.0.0.1', LOG_LEVEL: logLevel };
  }

  /** Each service gets no secret that it does not need. */
  #environment(service: ServiceName, { ports, work, parts, secrets, publicUrl }: Launch): NodeJS.ProcessEnv {
    if (service === 'frontend') return { PORT: String(ports.frontend), ASSET_DEPOT: join(this.#home, 'assets') };
    const { s3 } = parts;
    const shared = {
      INTERNAL_TOKEN: secrets.internalToken,
      DATABASE_URL: parts.databaseUrl,
      REDIS_URL: parts.redisUrl,
      S3_ENDPOINT: s3.endpoint,
      S3_PUBLIC_ENDPOINT: publicUrl,
      S3_REGION: s3.region,
      S3_BUCKET: s3.bucket,
      S3_ACCESS_KEY: s3.accessKey,
      S3_SECRET_KEY: s3.secretKey,
    };
    if (service === 'worker') return { ...shared, INTERNAL_PORT: String(ports.workerInternal), WORKER_START: work };
    return { ...shared, PORT: String(ports.backend), INTERNAL_PORT: String(ports.backendInternal), AUTH_SECRET: secrets.authSecret };
  }

  #recordFile(slot: Slot): string {
    return join(this.#home, 'slots', `${slot}.json`);
  }
}

function deployFailed(slot: Slot, release: Release, reason: string): RolloutError {
  return new RolloutError('deploy-failed', `${release.tag} could not be started in ${slot}: ${reason}.`, {
    untouched: 'The front door and the other slot are as they were.',
    next: 'Build the release again with `node scripts/build.mts`, then deploy it.',
  });
}
