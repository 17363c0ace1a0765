import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { RolloutEvent } from '@devplatform/rollout-engine';
import { now } from './clock.ts';

/** Where the workspace is: the command line is run as a user runs it, as a process of its own. */
const MAIN = join(dirname(createRequire(import.meta.url).resolve('@devplatform/rollout-cli')), 'main.ts');

export interface CommandResult {
  readonly exitCode: number;
  /** What killed it; null: it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly RolloutEvent[];
  /** Lines of standard output that are no events, and all of standard error. */
  readonly output: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
}

/** Runs `devplatform <args> --json`; hears each event as it happens, and is interrupted (Ctrl-C) by each of `interruptions`. Never throws: a refusal is an exit code. */
export async function runCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  onEvent: (event: RolloutEvent) => void = () => undefined,
  ...interruptions: readonly AbortSignal[]
): Promise<CommandResult> {
  const started = now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const interruption of interruptions) interruption.addEventListener('abort', () => child.kill('SIGINT'));
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const complaints = text(child.stderr);
  const events: RolloutEvent[] = [];
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = eventOf(line);
    if (event === null) {
      lines.push(line);
    } else {
      events.push(event);
      onEvent(event);
    }
  }
  const [exitCode, killed] = await exit;
  return { exitCode: exitCode ?? 1, signal: killed, events, output: [...lines, await complaints].join('\n'), started, ended: now() };
}

function eventOf(line: string): RolloutEvent | null {
  try {
    const value = JSON.parse(line) as RolloutEvent;
    return typeof value === 'object' && 'type' in value ? value : null;
  } catch {
    return null;
  }
}
