import type { Release } from '@devplatform/rollout-engine';
import { systemClock } from '@devplatform/rollout-engine';
import { examine, type PreflightItem, type PreflightOptions } from '@devplatform/rollout-gates';
import type { Slot } from '@devplatform/contracts';

const REHEARSAL = 'rehearsal';

/** The preflight gate's checks as they are now. A plan copies no data: the rehearsal is left to the deployment. */
export async function checklist(release: Release, to: Slot, exists: boolean, options: PreflightOptions): Promise<readonly PreflightItem[]> {
  const rules = { ...options.rules, rehearseMigrations: false };
  const items = await examine(release, to, systemClock, { ...options, rules });
  return items.map((item) => {
    if (item.name === REHEARSAL && options.rules?.rehearseMigrations === true && item.warning)
      return { ...item, detail: 'the deployment runs what is pending on a copy of the data first', warning: false };
    // The first step of a deployment brings up what is down, and asks then.
    if (item.status === 'unknown' && !exists)
      return { ...item, status: 'passed', detail: `${item.detail}; the deployment brings it up and asks again`, warning: true };
    return item;
  });
}
