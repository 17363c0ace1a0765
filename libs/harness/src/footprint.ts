import { readFileSync } from 'node:fs';
import type { Slot } from '@devplatform/contracts';
import { readRecord } from '@devplatform/embedded';

/** Resident megabytes of the three processes of a slot. */
export function footprintOf(home: string, slot: Slot): Readonly<Record<'backend' | 'worker' | 'frontend', number>> {
  const resident = (service: string): number => {
    const record = readRecord(home, `${service}-${slot}`);
    if (record === null) throw new Error(`${service} of ${slot} does not run`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${record.pid}/status`, 'utf8'))?.[1]) / 1024;
  };
  return { backend: resident('backend'), worker: resident('worker'), frontend: resident('frontend') };
}
