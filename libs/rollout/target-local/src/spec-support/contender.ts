import { closeSync, openSync, appendFileSync, rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RolloutError } from '@devplatform/rollout-engine';
import { LeaseStore } from '../lease.ts';

/* Takes the lease `wins` times against others that do the same; `log` gets a line for each time, `marker` exists while it is held. */
const [dir, marker, log, wins] = process.argv.slice(2);
if (dir === undefined || marker === undefined || log === undefined) throw new Error('usage: contender.ts DIR MARKER LOG WINS');

const store = new LeaseStore(dir);
let left = Number(wins);
while (left > 0) {
  try {
    const lease = store.acquire({ who: `contender ${process.pid}`, deploymentId: 'd' });
    // Fails where another holds the lease at the same time.
    closeSync(openSync(marker, 'wx'));
    await lease.heartbeat('contending');
    appendFileSync(log, `${lease.fence}\n`);
    rmSync(marker);
    await lease.release();
    left -= 1;
  } catch (error) {
    if (!(error instanceof RolloutError && error.code === 'locked')) throw error;
  }
  await nextTurn();
}
