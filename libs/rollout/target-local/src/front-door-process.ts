import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Slot } from '@devplatform/contracts';
import { choosePort, findProcess, startProcess, stopProcess, until, type Parts } from '@devplatform/embedded';
import { RolloutError } from '@devplatform/rollout-engine';
import { writeAtomically } from './atomic-file.ts';
import { FrontDoorClient } from './front-door-client.ts';
import { lastWords } from './last-words.ts';
import { portHolder } from './port-holder.ts';
import { readRoutingRecord, type RoutingRecord } from './routing-table.ts';
import { readSecrets, type Secrets } from './secrets.ts';

const NAME = 'front-door';
const START_MS = 15_000;
const NOTHING_ACTIVE = { active: null, routes: null };

export interface FrontDoorStart {
  readonly parts: Parts;
  readonly secrets: Secrets;
  /** A port that it must have; else the one that it had before or a free one. */
  readonly port: number | undefined;
  /** Slots whose backend runs. Another's ports may be somebody else's by now, so nothing is routed to them. */
  readonly running: readonly Slot[];
}

/** The front door as a recorded process of `<home>`. */
export class FrontDoorProcess {
  readonly #home: string;
  readonly #file: string;

  constructor(home: string) {
    this.#home = home;
    this.#file = join(home, 'front-door.json');
  }

  /** The table on disk; null where there never was a front door. */
  get record(): RoutingRecord | null {
    return readRoutingRecord(this.#file);
  }

  get isRunning(): boolean {
    return findProcess(this.#home, NAME) !== null;
  }

  /** null where it does not run. */
  get publicUrl(): string | null {
    const record = this.isRunning ? this.record : null;
    return record === null ? null : `http://127.0.0.1:${record.port}`;
  }

  /** null where it does not run. */
  get client(): FrontDoorClient | null {
    const record = this.isRunning ? this.record : null;
    return record === null ? null : new FrontDoorClient(`http://127.0.0.1:${record.adminPort}`, readSecrets(this.#home).adminToken);
  }

  /** Throws `environment-broken` where its port is taken or it ends at once. */
  async start({ parts, secrets, port, running }: FrontDoorStart): Promise<void> {
    const before = this.record;
    const wanted = port ?? before?.port;
    const chosen = await choosePort(wanted);
    // Slots that run were told the public URL, so it cannot change under them.
    if (chosen !== wanted && (port !== undefined || running.length > 0)) throw portTaken(wanted ?? chosen);
    const table = before ?? { ...NOTHING_ACTIVE, previous: null, generation: 0, fence: 0 };
    const routed = table.active !== null && running.includes(table.active) ? {} : NOTHING_ACTIVE;
    await writeAtomically(this.#file, {
      ...table,
      ...routed,
      port: chosen,
      adminPort: await choosePort(undefined),
    } satisfies RoutingRecord);
    const { pid, logFile } = await startProcess({
      dir: this.#home,
      name: NAME,
      command: process.execPath,
      args: [fileURLToPath(new URL('./front-door-main.ts', import.meta.url))],
      env: {
        PATH: process.env.PATH,
        ROUTES_FILE: this.#file,
        ADMIN_TOKEN: secrets.adminToken,
        S3_ENDPOINT: parts.s3.endpoint,
        S3_BUCKET: parts.s3.bucket,
      },
    });
    const answers = async (): Promise<boolean> => !this.isRunning || (await this.client?.state())?.pid === pid;
    await until(answers, { what: `the front door; see ${logFile}`, deadlineMs: START_MS });
    if (!this.isRunning) throw ended(lastWords(readFileSync(logFile, 'utf8')));
  }

  /** Running requests get their answers; returns false where it did not run. */
  stop(): Promise<boolean> {
    return stopProcess(this.#home, NAME, { graceMs: 15_000 });
  }
}

function portTaken(port: number): RolloutError {
  return new RolloutError('environment-broken', `Port ${port}, which the front door needs, is taken by ${portHolder(port)}.`, {
    untouched: 'Both slots are as they were.',
    next: 'End that process, or give another PORT to an environment in which nothing runs yet.',
  });
}

function ended(log: string): RolloutError {
  return new RolloutError('environment-broken', `The front door ended at once: ${log}`, {
    untouched: 'Both slots are as they were.',
    next: 'Repair what it says, then deploy again.',
  });
}
