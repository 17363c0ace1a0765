import type { Slot } from '@devplatform/contracts';
import type { InstanceObservation, Watched } from '@devplatform/rollout-engine';
import { ORIGIN, type Stretch } from './window.ts';

/**
 * What the old slot counted from before the deployment to the first sample; where that is not enough, all that it counted since its
 * start. null where nobody knows, there was no old slot, or it has served too little to compare with.
 */
export function baselineOf<T>(
  { from, before, samples }: Watched,
  read: (stretch: Stretch, slot: Slot) => T | null,
  enough: (counted: T) => boolean,
): T | null {
  const [first] = samples;
  if (from === null || first === undefined) return null;
  const stretches: Stretch[] =
    before === null
      ? [[ORIGIN, first]]
      : [
          [before, first],
          [ORIGIN, before, first],
        ];
  return stretches.map((stretch) => read(stretch, from)).find((counted) => counted !== null && enough(counted)) ?? null;
}

/** The instances of the old slot while it served: before the deployment, and when the front door had just moved. */
export function predecessors({ from, before, samples }: Watched, service: string): readonly InstanceObservation[] {
  if (from === null) return [];
  const observations = [before, samples[0]].flatMap((observation) => observation ?? []);
  return observations.flatMap(({ slots }) => slots[from].instances).filter((instance) => instance.service === service);
}
