import { readFileSync } from 'node:fs';
import type { ProcessRecord } from '@devplatform/embedded';
import { NO_VITALS, type Vitals } from './service-metrics.ts';

/** Clock ticks a second, of Linux's interface to programs (proc(5)): 100 on every architecture that Node.js runs on. */
const TICKS = 100;

/** Of a process that serves no metrics: what Linux says of it; elsewhere memory and processor time are null. */
export function readProcessVitals({ pid, startedAt }: ProcessRecord): Vitals {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold anything; user and system time are the fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      ...NO_VITALS,
      startedAt,
      memoryBytes: residentBytes(pid),
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    };
  } catch {
    return { ...NO_VITALS, startedAt };
  }
}

/** null: the process is not there, or this system does not say. */
export function residentBytes(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
