import type { DeploymentRecord } from '../deployment-record.ts';
import type { Bench } from './bench.ts';

/** Which entry of the journal its process does not survive, counted from 0, and whether it was written by then. */
export interface Death {
  readonly entry: number;
  readonly when: 'before' | 'after';
}

/**
 * Runs until the process is killed at that entry: the run never hears of anything again, and what holds its lease is gone.
 * Resolves to false where the run ended before, whatever its end was.
 */
export async function diesIn(ports: Bench, death: Death, run: (ports: Bench) => Promise<DeploymentRecord>): Promise<boolean> {
  let entry = 0;
  const died = Promise.withResolvers<true>();
  const append: Bench['journal']['append'] = async (next) => {
    const dies = entry++ === death.entry;
    if (!dies || death.when === 'after') await ports.journal.append(next);
    if (!dies) return;
    died.resolve(true);
    await new Promise(() => undefined);
  };
  const ended = run({ ...ports, journal: { ...ports.journal, append } }).then(
    () => false,
    () => false,
  );
  const dead = await Promise.race([died.promise, ended]);
  if (dead) ports.target.holderDies();
  return dead;
}
