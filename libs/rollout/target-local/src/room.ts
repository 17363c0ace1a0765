import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname } from 'node:path';
import { otherSlot, type ServiceName, type Slot } from '@devplatform/contracts';
import { findProcess } from '@devplatform/embedded';
import { processName } from './slot-processes.ts';

const SERVICES: readonly ServiceName[] = ['backend', 'frontend', 'worker'];

/** Bytes that are free here, and that the slots hold: of the one that stays, and of the one that `to` replaces. */
export async function roomFor(
  to: Slot,
  home: string,
): Promise<{ readonly freeMemory: number; readonly freeDisk: number; readonly runningSlot: number | null; readonly replacedSlot: number }> {
  const { bavail, bsize } = await statfs(existing(home));
  return {
    // What Linux says is available, so that its file cache counts as free.
    freeMemory: freemem(),
    freeDisk: bavail * bsize,
    runningSlot: residentOf(home, otherSlot(to)),
    replacedSlot: residentOf(home, to) ?? 0,
  };
}

/** Before the first deployment the folder is not there yet. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));

/** null: nothing runs there, or this system does not say. */
function residentOf(home: string, slot: Slot): number | null {
  const sizes = SERVICES.flatMap((service) => residentBytes(findProcess(home, processName(service, slot))?.pid) ?? []);
  return sizes.length === 0 ? null : sizes.reduce((sum, bytes) => sum + bytes);
}

function residentBytes(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    return null;
  }
}
