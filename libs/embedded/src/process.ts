import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { until } from './until.ts';

/** Pid and start time together name a process for good: a recycled pid is never taken for ours. */
const ProcessRecord = z.object({
  name: z.string(),
  pid: z.int().positive(),
  startTime: z.string(),
  startedAt: z.iso.datetime(),
  logFile: z.string(),
});
export type ProcessRecord = z.infer<typeof ProcessRecord>;

export interface ProcessSpec {
  /** Where `processes/<name>.json` is kept. */
  readonly dir: string;
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /**
   * 0 (default) to 19: the higher, the more it leaves to others (nice(1), and sched(7) for the session that the process leads).
   * Given at the start it holds for every thread; a process that lowers itself later leaves the threads behind in which V8
   * compiles and collects garbage.
   */
  readonly niceness?: number;
  /** Default `<dir>/logs/<name>.log`; emptied at each start. */
  readonly logFile?: string;
}

/** Starts a process that outlives this one; `findProcess` finds it again from another command. */
export async function startProcess(spec: ProcessSpec): Promise<ProcessRecord> {
  const logFile = spec.logFile ?? join(spec.dir, 'logs', `${spec.name}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w', 0o600);
  const [command = spec.command, ...args] = [...(spec.niceness ? ['nice', '-n', String(spec.niceness)] : []), spec.command, ...spec.args];
  const child = spawn(command, args, {
    env: spec.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
  });
  closeSync(log);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => {
      reject(new Error(`${spec.name} could not be started: ${error.message}`, { cause: error }));
    });
    child.once('spawn', () => {
      if (child.pid !== undefined) resolve(child.pid);
    });
  });
  child.unref();
  if (spec.niceness) weighSession(pid, spec.niceness);
  const record = { name: spec.name, pid, startTime: startTimeOf(pid) ?? 'ended', startedAt: new Date().toISOString(), logFile };
  const file = recordFile(spec.dir, spec.name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
  return record;
}

/**
 * Each detached process leads a session. Where Linux shares the processors out by session ("autogroup", sched(7)), the niceness
 * of a process says nothing against those of other sessions; that of the session, 0 to 19, does. Elsewhere nothing happens.
 */
function weighSession(pid: number, niceness: number): void {
  const autogroup = `/proc/${String(pid)}/autogroup`;
  try {
    if (existsSync(autogroup)) writeFileSync(autogroup, String(niceness));
  } catch {
    // It has ended, or the system does not allow it: then it runs at the weight of everybody else.
  }
}

/** The recorded process if it is still the one that was started, else null. */
export function findProcess(dir: string, name: string): ProcessRecord | null {
  const record = readRecord(dir, name);
  return record !== null && isAlive(record) ? record : null;
}

/** What was recorded last under the name, whether it still lives or not. */
export function readRecord(dir: string, name: string): ProcessRecord | null {
  try {
    return ProcessRecord.parse(JSON.parse(readFileSync(recordFile(dir, name), 'utf8')));
  } catch {
    return null;
  }
}

/** SIGTERM (or `signal`), then SIGKILL after `graceMs`. Returns false where nothing was running. */
export async function stopProcess(
  dir: string,
  name: string,
  { graceMs, signal = 'SIGTERM' }: { readonly graceMs: number; readonly signal?: NodeJS.Signals },
): Promise<boolean> {
  const record = findProcess(dir, name);
  if (record !== null) {
    send(record.pid, signal);
    await until(() => !isAlive(record), { what: `${name} to end`, deadlineMs: graceMs }).catch(async () => {
      if (isAlive(record)) send(record.pid, 'SIGKILL');
      await until(() => !isAlive(record), { what: `${name} to end after SIGKILL`, deadlineMs: 10_000 });
    });
  }
  rmSync(recordFile(dir, name), { force: true });
  return record !== null;
}

/** A process that has just ended by itself needs no signal. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function isAlive(record: Pick<ProcessRecord, 'pid' | 'startTime'>): boolean {
  return startTimeOf(record.pid) === record.startTime;
}

/** Opaque; null when there is no such process or it is a zombie. */
export function startTimeOf(pid: number): string | null {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie with other threads has not let go of its ports and files yet.
    return fields[0] === 'Z' && Number(fields[17]) <= 1 ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

const recordFile = (dir: string, name: string): string => join(dir, 'processes', `${name}.json`);
