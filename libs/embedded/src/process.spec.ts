import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startProcess, stopProcess } from './process.ts';
import { until } from './until.ts';

const dir = mkdtempSync(join(tmpdir(), 'devplatform-process-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** Of each thread where they can be listed, and of the session where processors are shared out by session. */
function nicenessOf(pid: number): { readonly threads: readonly number[]; readonly session: number | undefined } {
  const [tasks, autogroup] = [`/proc/${String(pid)}/task`, `/proc/${String(pid)}/autogroup`];
  const threads = existsSync(tasks) ? readdirSync(tasks).map(Number) : [pid];
  const session = existsSync(autogroup) ? Number(/ nice (-?\d+)/.exec(readFileSync(autogroup, 'utf8'))?.[1]) : undefined;
  return { threads: threads.map((thread) => getPriority(thread)), session };
}

describe('startProcess', () => {
  it.each([0, 10])('gives the niceness %i to every thread and to the session', async (niceness) => {
    const started = join(dir, `started-${String(niceness)}`);
    const program = `require('fs').writeFileSync(${JSON.stringify(started)}, ''); setInterval(() => {}, 1000)`;
    const name = `idle-${String(niceness)}`;
    const { pid } = await startProcess({
      dir,
      name,
      command: process.execPath,
      args: ['-e', program],
      env: { PATH: process.env.PATH },
      niceness,
    });
    try {
      await until(() => existsSync(started), { what: 'the program to start', deadlineMs: 10_000 });
      const { threads, session = niceness } = nicenessOf(pid);
      expect(new Set(threads)).toEqual(new Set([getPriority() + niceness]));
      expect(session).toBe(niceness);
    } finally {
      await stopProcess(dir, name, { graceMs: 5000 });
    }
  });
});
