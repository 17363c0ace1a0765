import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ProductCopy } from './product-copy.ts';

/** A broken product may hang the whole process; a spec with an environment of its own takes a minute or two. */
const PATIENCE_MS = 15 * 60_000;

export interface Run {
  readonly exitCode: number;
  /** Standard error, then standard output. */
  readonly said: string;
}

/** Runs a Node program of the copy to its end, in a process group of its own. Throws the signal's reason once that has ended it. */
export async function runInCopy(copy: ProductCopy, args: readonly string[], signal: AbortSignal): Promise<Run> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: copy.root,
    env: { ...process.env, TMPDIR: copy.temporary, FORCE_COLOR: '0' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const bound = AbortSignal.any([signal, patience]);
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  bound.addEventListener('abort', end);
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  bound.removeEventListener('abort', end);
  signal.throwIfAborted();
  return {
    exitCode: child.exitCode ?? 1,
    said: patience.aborted ? `it did not end within ${PATIENCE_MS / 60_000} minutes` : `${errors}${out}`,
  };
}
