import { failed, passed, type PreflightCheck } from './check.ts';

/** For a while both slots run: what the running one needs, the new one needs too. */
export const memory: PreflightCheck = {
  name: 'memory',
  judge: async ({ facts, to, rules }) => {
    const { freeMemory, runningSlot, replacedSlot } = await facts.room(to);
    const free = freeMemory + replacedSlot;
    const freed = replacedSlot > 0 ? ` (${bytes(replacedSlot)} of it once ${to} has ended)` : '';
    const needed = Math.max(rules.freeMemory, runningSlot ?? 0);
    const why =
      runningSlot === null
        ? `minimum ${bytes(rules.freeMemory)}`
        : `minimum ${bytes(rules.freeMemory)}, the running slot uses ${bytes(runningSlot)}`;
    const detail = `${bytes(free)} free${freed}, ${why}`;
    return free < needed ? failed(`${detail}: not enough for a second slot`) : passed(detail);
  },
};

export const disk: PreflightCheck = {
  name: 'disk',
  judge: async ({ facts, to, rules }) => {
    const { freeDisk } = await facts.room(to);
    const detail = `${bytes(freeDisk)} free, minimum ${bytes(rules.freeDisk)}`;
    return freeDisk < rules.freeDisk ? failed(`${detail}: not enough for journal, logs and data`) : passed(detail);
  },
};

/** `410 MB`, `22.9 GB`, in the configuration's units. */
const bytes = (count: number): string => (count < 1e9 ? `${Math.round(count / 1e6)} MB` : `${(count / 1e9).toFixed(1)} GB`);
