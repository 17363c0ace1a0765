import { z } from 'zod';
import { notes } from './note.ts';
import { count, duration, factor, share } from './unit.ts';

const STEP = 'Step 5: Monitor for Errors';
const ALERT = 'Post-Deployment Monitoring';
const ROLLBACK = 'When to Rollback';

const WHAT = {
  serverErrors: 'Requests that were answered with 5xx.',
  p95: 'The time that 95 % of the requests stay under.',
  webSocketFailures: 'WebSocket connections that did not come about.',
  memory: 'Memory of an instance, of its limit.',
};

const Soft = z.strictObject({
  serverErrors: share().nullable().prefault('0.1%').register(notes, { text: WHAT.serverErrors, source: STEP }),
  p95: duration({ min: 1 }).nullable().prefault('2s').register(notes, { text: WHAT.p95, source: STEP }),
  webSocketFailures: share().nullable().prefault(null).register(notes, { text: WHAT.webSocketFailures }),
  disconnects: share({ max: 10 })
    .nullable()
    .prefault('5%')
    .register(notes, { text: 'Increase of sockets that broke off, against before.', source: ALERT }),
  memory: share().nullable().prefault('80%').register(notes, { text: WHAT.memory, source: ALERT }),
  cpu: share({ max: 64 })
    .nullable()
    .prefault('70%')
    .register(notes, { text: 'Processor time of an instance, of one core, sustained.', source: ALERT }),
});

const Hard = z.strictObject({
  serverErrors: share().nullable().prefault('1%').register(notes, { text: WHAT.serverErrors, source: ROLLBACK }),
  p95: duration({ min: 1 }).nullable().prefault('5s').register(notes, { text: WHAT.p95, source: ROLLBACK }),
  webSocketFailures: share().nullable().prefault('5%').register(notes, { text: WHAT.webSocketFailures, source: ROLLBACK }),
  taskFailures: factor()
    .nullable()
    .prefault(2)
    .register(notes, { text: 'Failed jobs: so many times the share of before is too much.', source: ROLLBACK }),
  memory: share()
    .nullable()
    .prefault('95%')
    .register(notes, { text: `${WHAT.memory} What comes next is that it is killed.` }),
  unhealthyInstances: count().nullable().prefault(1).register(notes, { text: 'Instances whose health check fails.', source: ROLLBACK }),
  criticalErrors: count()
    .nullable()
    .prefault(0)
    .register(notes, { text: 'Errors in the log of a kind that was not there before.', source: ROLLBACK }),
});

const Samples = z.strictObject({
  requests: count(1).prefault(100).register(notes, { text: 'Requests before their errors and times are judged.' }),
  sockets: count(1).prefault(20).register(notes, { text: 'Sockets before their failures and disconnects are judged.' }),
  jobs: count(1).prefault(10).register(notes, { text: 'Jobs before their failures are judged.' }),
});

export const Monitor = z.strictObject({
  for: duration().prefault('15m').register(notes, {
    text: 'How long the new slot is watched after the switch. 0 leaves the step out.',
    source: STEP,
  }),
  interval: duration({ min: 1 }).prefault('1s').register(notes, { text: 'From one look to the next.' }),
  soft: Soft.prefault({}).register(notes, { text: 'Limits that warn. `null`: none.' }),
  hard: Hard.prefault({}).register(notes, {
    text: 'Limits that bring the users back to the old slot. `null`: none. More than the limit is too much. There is none to set for restarts: any unexpected one is too much.',
  }),
  samples: Samples.prefault({}).register(notes, {
    text: 'The least that must have been seen before a verdict: with less it is not "healthy", but "cannot tell".',
  }),
});
type Monitor = z.output<typeof Monitor>;

/** Milliseconds, and shares of 1, by the names that the monitor gate has for its limits. Infinity: there is none. */
export interface MonitorLimits {
  readonly serverErrors: SoftAndHard;
  readonly p95Ms: SoftAndHard;
  readonly upgradesFailed: SoftAndHard;
  readonly disconnects: number;
  readonly failedJobs: { readonly times: number };
  readonly memory: SoftAndHard;
  readonly cpu: { readonly soft: number };
  readonly health: { readonly instances: number };
  /** So many lines are too much. */
  readonly newErrors: number;
  readonly minimum: { readonly requests: number; readonly upgrades: number; readonly jobs: number };
}
interface SoftAndHard {
  readonly soft: number;
  readonly hard: number;
}

export function limitsOf({ soft, hard, samples }: Monitor): MonitorLimits {
  const both = (name: keyof typeof soft & keyof typeof hard): SoftAndHard => ({
    soft: soft[name] ?? Infinity,
    hard: hard[name] ?? Infinity,
  });
  return {
    serverErrors: both('serverErrors'),
    p95Ms: both('p95'),
    upgradesFailed: both('webSocketFailures'),
    disconnects: soft.disconnects ?? Infinity,
    failedJobs: { times: hard.taskFailures ?? Infinity },
    memory: both('memory'),
    cpu: { soft: soft.cpu ?? Infinity },
    health: { instances: hard.unhealthyInstances ?? Infinity },
    newErrors: (hard.criticalErrors ?? Infinity) + 1,
    minimum: { requests: samples.requests, upgrades: samples.sockets, jobs: samples.jobs },
  };
}
