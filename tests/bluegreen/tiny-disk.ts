import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CommandEvent } from '@devplatform/harness';

const OWN_MOUNTS = ['--map-root-user', '--mount'];
const ENTER = ['--preserve-credentials', '--user', '--mount'];
/** What a file takes on a disk: its last page may have room where the disk is full. */
export const PAGE_BYTES = 4096;
const SIZE = '2m';

type Holder = ChildProcessByStdio<Writable, Readable, null>;

export interface Told {
  readonly exitCode: number | null;
  readonly events: readonly CommandEvent[];
  /** The result or error that it ended with, as `--json` prints it. */
  readonly last: {
    readonly code?: string;
    readonly message?: string;
    readonly untouched?: string;
    readonly next?: string;
    readonly holds?: boolean;
    readonly record?: Extract<CommandEvent, { type: 'closed' }>['record'];
  };
}

/**
 * A disk that really fills up: a tmpfs in mount and user namespaces of its own, where parts of an environment's folder are
 * replaced by it. Only commands that are run by `command` see it, and it goes with its holder; no privilege is needed.
 */
export class TinyDisk implements AsyncDisposable {
  readonly #holder: Holder;
  /** Where it is mounted. */
  readonly #folder: string;

  private constructor(holder: Holder, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /** null: possible here; otherwise why not. */
  static impossible(): string | null {
    const { status, stderr, error } = spawnSync('unshare', [...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'none', '/mnt'], { encoding: 'utf8' });
    return status === 0 ? null : `no mount namespace of one's own: ${error?.message ?? stderr}`;
  }

  /** Mounts it at `folder`, and binds parts of it over the `others`, which keep what they hold. */
  static async mount(folder: string, others: readonly string[] = []): Promise<TinyDisk> {
    const script = `
      set -e
      folder=$1; shift
      mount -t tmpfs -o size=${SIZE} none "$folder"
      for other do
        own="$folder/$(basename "$other").kept"
        cp -r "$other" "$own"
        mount --bind "$own" "$other"
      done
      echo mounted
      exec cat > /dev/null`;
    // It ends when we let go of its standard input, or are gone.
    const holder = spawn('unshare', [...OWN_MOUNTS, 'sh', '-c', script, 'sh', folder, ...others], { stdio: ['pipe', 'pipe', 'inherit'] });
    const first = await Promise.race([once(holder.stdout, 'data'), once(holder, 'close')]);
    if (String(first[0]).trim() !== 'mounted') throw new Error(`the disk could not be mounted: ${String(first[0])}`);
    return new TinyDisk(holder, folder);
  }

  /** Its folder, as others see it. */
  get path(): string {
    return join(`/proc/${String(this.#holder.pid)}/root`, this.#folder);
  }

  /** Takes every page that is left; the last page of a file that is there may have some bytes of room. */
  fill(): void {
    try {
      writeFileSync(this.#ballast, Buffer.alloc(4 << 20));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
    throw new Error('the disk is not as small as it should be');
  }

  /** Somebody has tidied up. */
  free(): void {
    rmSync(this.#ballast);
  }

  /** Runs the command line where the disk is. */
  async command(args: readonly string[], onEvent: (event: CommandEvent) => void = () => undefined): Promise<Told> {
    const main = join(import.meta.dirname, '../../libs/rollout/cli/src/main.ts');
    const child = spawn('nsenter', [...this.#enter, process.execPath, main, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const complaints = text(child.stderr);
    const ended = once(child, 'close');
    const events: CommandEvent[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as CommandEvent;
      events.push(event);
      onEvent(event);
    }
    const [exitCode] = (await ended) as [number | null];
    const last = events.at(-1) as Told['last'] | undefined;
    if (last === undefined) throw new Error(`the command line said nothing: ${await complaints}`);
    return { exitCode, events, last };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#holder, 'close');
    this.#holder.stdin.end();
    await ended;
  }

  get #enter(): readonly string[] {
    return [...ENTER, '--target', String(this.#holder.pid), '--'];
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}
