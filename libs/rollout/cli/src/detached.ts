import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A command that goes on when its terminal is closed. */
export interface Detached {
  readonly type: 'detached';
  readonly pid: number;
  /** File of what it says. */
  readonly output: string;
}

/** Runs this very command again as a process of its own session, without `--detach`. Throws where it cannot be started. */
export function detach(home: string): Detached {
  const [, main, ...args] = process.argv;
  if (main === undefined) throw new Error('this process was not started from a file');
  const folder = join(resolve(home), 'detached');
  mkdirSync(folder, { recursive: true });
  const output = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.log`);
  const file = openSync(output, 'wx', 0o600);
  try {
    const child = spawn(process.execPath, [main, ...args.filter((argument) => argument !== '--detach')], {
      detached: true,
      stdio: ['ignore', file, file],
    });
    if (child.pid === undefined) throw new Error('the process could not be started');
    child.unref();
    return { type: 'detached', pid: child.pid, output };
  } finally {
    closeSync(file);
  }
}
