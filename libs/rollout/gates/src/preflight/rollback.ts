import type { DeploymentRecord } from '@devplatform/rollout-engine';
import { passed, warned, type PreflightCheck } from './check.ts';

const DAY_MS = 86_400_000;
const REHEARSE = 'rehearse it with `npx nx rollback backend --rehearse`';

/** "Rollback procedure has been reviewed": it has been walked, and not too long ago. A warning, because the way back is needed most where it is not. */
export const rollback: PreflightCheck = {
  name: 'rollback',
  judge: async ({ history, now, rules: { rollbackRehearsedWithin } }) => {
    if (rollbackRehearsedWithin === 0) return passed('nobody asks how long ago');
    const last = (await history()).findLast(isWayBack);
    if (last === undefined) return warned(`never rehearsed here; ${REHEARSE}`);
    const ago = now - Date.parse(last.finishedAt);
    const days = Math.floor(ago / DAY_MS);
    const when = `last ${last.kind} ${days <= 0 ? 'today' : days === 1 ? '1 day ago' : `${days} days ago`}`;
    return ago > rollbackRehearsedWithin
      ? warned(`${when}, longer than ${Math.round(rollbackRehearsedWithin / DAY_MS)} days; ${REHEARSE}`)
      : passed(when);
  },
};

/** Whatever is no deployment goes there, or there and back again. */
const isWayBack = ({ kind, outcome }: DeploymentRecord): boolean => kind !== 'deploy' && outcome === 'done';
