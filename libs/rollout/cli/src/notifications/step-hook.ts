import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Notification } from './notification.ts';
import { Outbox, type Listener } from './outbox.ts';
import { Output } from './output.ts';
import { endGroup, signalGroup } from './process-group.ts';

export const StepHookOptions = z.strictObject({
  /** The program and its arguments, as they are: no shell reads them. */
  command: z.tuple([z.string().min(1)], z.string()),
  /** Milliseconds. */
  timeoutMs: z.int().min(1).max(600_000).default(30_000),
});

interface HookMeans {
  readonly note: (text: string) => void;
  /** What the program gets beside its own variables; default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly graceMs?: number;
}

/**
 * Runs a program when a step has started, is done or has failed, and when the run has ended; one at a time and in order, beside the
 * run, which neither waits for it nor fails with it. It gets the `Notification` as JSON on its standard input, and DEVPLATFORM_EVENT,
 * _RUN, _KIND, _TARGET, _DEPLOYER, _STEP, _STATE, _SLOT and _RELEASE (where the release goes, and its tag), each absent where it is not
 * known. What it prints becomes notes, 20 lines of 300 characters at most for each call. A program that takes longer than its time is ended with
 * every process of its group (SIGTERM, SIGKILL two seconds later); so is what it leaves running in its group when it ends by itself.
 */
export function stepHook(options: z.input<typeof StepHookOptions>, means: HookMeans): Listener {
  const { command, timeoutMs } = StepHookOptions.parse(options);
  const { note, env = process.env, graceMs = 2_000 } = means;
  const name = `hook ${basename(command[0])}`;
  /** Said once, not at every step. */
  let missing = false;
  const deliver = async (notification: Notification, signal: AbortSignal): Promise<void> => {
    const output = new Output((line) => {
      note(`${name}: ${line}`);
    });
    if (missing) return;
    const program = new Program(command, { ...env, ...variablesOf(notification) }, output);
    try {
      await program.run(JSON.stringify(notification), { timeoutMs, graceMs, signal });
    } catch (error) {
      missing = error instanceof NotStarted;
      throw error;
    } finally {
      output.close();
    }
  };
  return new Outbox({ name, wants: ['deployment.step', 'deployment.succeeded', 'deployment.failed'], deliver, note });
}

/** undefined takes away what this process may have inherited from another hook. */
const variablesOf = ({ event, run, kind, target, deployer, step, state, slots, release }: Notification): NodeJS.ProcessEnv => ({
  ...{ DEVPLATFORM_EVENT: event, DEVPLATFORM_RUN: run ?? undefined, DEVPLATFORM_KIND: kind, DEVPLATFORM_TARGET: target },
  ...{ DEVPLATFORM_DEPLOYER: deployer, DEVPLATFORM_STEP: step, DEVPLATFORM_STATE: state },
  ...{ DEVPLATFORM_SLOT: slots.to ?? undefined, DEVPLATFORM_RELEASE: release.next ?? undefined },
});

/** How long output may still be on its way from a program that has ended. */
const OUTPUT_WITHIN_MS = 500;

class NotStarted extends Error {}

class Program {
  readonly #command: readonly [string, ...string[]];
  readonly #env: NodeJS.ProcessEnv;
  readonly #output: Output;

  constructor(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv, output: Output) {
    this.#command = command;
    this.#env = env;
    this.#output = output;
  }

  /** Throws where it did not end with 0 in time. When this returns no process of its group is left. */
  async run(input: string, { timeoutMs, graceMs, signal }: { timeoutMs: number; graceMs: number; signal: AbortSignal }): Promise<void> {
    const [file, ...args] = this.#command;
    const child = spawn(file, args, { env: this.#env, detached: true });
    const ended = endOf(child);
    // A program need not read what it is told.
    child.stdin.on('error', () => undefined);
    this.#output.take(child.stdout);
    this.#output.take(child.stderr);
    child.stdin.end(input);
    const group = child.pid;
    if (group === undefined) throw new NotStarted(`${await ended}, and is not tried again`);
    const kill = (): void => {
      signalGroup(group, 'SIGKILL');
    };
    // Where this process is stopped at once, nobody else would keep the program's time.
    process.once('exit', kill);
    const closed = once(child, 'close').catch(() => undefined);
    const over = new AbortController();
    try {
      const tooLong = delay(timeoutMs, `it took longer than ${timeoutMs / 1000} s and was ended`, {
        signal: AbortSignal.any([signal, over.signal]),
      }).catch(() => 'it was ended');
      const failure = await Promise.race([ended, tooLong]);
      await endGroup(group, signal.aborted ? 0 : graceMs);
      await Promise.race([closed, delay(OUTPUT_WITHIN_MS, undefined, { signal: over.signal }).catch(() => undefined)]);
      if (failure !== '') throw new Error(failure);
    } finally {
      over.abort();
      process.off('exit', kill);
      // Whoever has left the group may hold them open for good.
      for (const stream of child.stdio) stream?.destroy();
    }
  }
}

/** How it ended, in words; empty: with 0. */
const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(`it could not be started: ${(error as NodeJS.ErrnoException).code ?? error.message}`);
    });
    child.once('exit', (code, signal) => {
      resolve(code === 0 ? '' : `it ended with ${signal ?? String(code)}`);
    });
  });
