import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname } from 'node:path';
import { otherSlot, ServiceName, type Slot } from '@devplatform/contracts';
import { findProcess } from '@devplatform/embedded';
import { residentBytes } from './process-vitals.ts';
import { processName } from './slot-processes.ts';

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
  const running = ServiceName.options.flatMap((service) => findProcess(home, processName(service, slot)) ?? []);
  const sizes = running.flatMap(({ pid }) => residentBytes(pid) ?? []);
  return sizes.length === 0 ? null : sizes.reduce((sum, bytes) => sum + bytes);
}
