import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 10;
/** How long the system may take to clear away what was killed; where nobody collects orphans (a container without an init) they stay listed. */
const KILLED_WITHIN_MS = 250;

/** Sends to every process of the group; false where there is none (any more). */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** SIGTERM to every process of the group, and SIGKILL to those that are left after `graceMs`. Returns when none is left. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  if (!signalGroup(group, 'SIGTERM') || (await hasEnded(group, graceMs))) return;
  signalGroup(group, 'SIGKILL');
  await hasEnded(group, KILLED_WITHIN_MS);
}

async function hasEnded(group: number, withinMs: number): Promise<boolean> {
  const start = performance.now();
  while (signalGroup(group, 0)) {
    if (performance.now() - start >= withinMs) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}
