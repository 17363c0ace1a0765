/** Of one measure, as shares of 1: above `soft` it warns, above `hard` the deployment is taken back. */
export interface ShareLimits {
  readonly soft: number;
  readonly hard: number;
}

/**
 * When the monitor warns (specification, "Step 5: Monitor for Errors" and "Post-Deployment Monitoring") and when it takes back
 * ("When to Rollback"). Shares are of 1, times are milliseconds.
 */
export interface Limits {
  /** Requests answered with 5xx. "Step 5": below 0.1 %; "When to Rollback": exceeds 1 %. */
  readonly serverErrors: ShareLimits;
  /** Of all answers. "Step 5": under 2 s; "When to Rollback": exceeds 5 s. */
  readonly p95Ms: { readonly soft: number; readonly hard: number };
  /** Upgrades that failed. "When to Rollback": exceeds 5 %. The soft limit is ours, the specification names none. */
  readonly upgradesFailed: ShareLimits;
  /** "Post-Deployment Monitoring", "WebSocket disconnects": more than 5 % above the rate of before; without one, of the sockets. */
  readonly disconnects: number;
  /**
   * "When to Rollback": the share of failed jobs is at least `times` the one of before. A share of before under `floor` counts as
   * `floor`, because twice of nothing is nothing.
   */
  readonly failedJobs: { readonly times: number; readonly floor: number };
  /** Of the instance's limit. "Post-Deployment Monitoring": 80 %. The hard one is ours: the next step is an out-of-memory kill. */
  readonly memory: ShareLimits;
  readonly leak: LeakLimits;
  /** Of one core, by one instance, on average over `sustainedMs`. "Post-Deployment Monitoring": 70 % sustained. */
  readonly cpu: { readonly soft: number; readonly sustainedMs: number };
  /**
   * "When to Rollback": failing on more than `instances`. The only instance of a service has to fail in `samples` looks in a row
   * over at least `spanMs` ("Health Check Timing", failure threshold).
   */
  readonly health: { readonly instances: number; readonly samples: number; readonly spanMs: number };
  /** "When to Rollback": any critical error in the logs that was not there before. So many lines of such errors are hard. */
  readonly newErrors: number;
  /** Below it there is no verdict, in either slot. */
  readonly minimum: { readonly requests: number; readonly upgrades: number; readonly jobs: number };
  readonly certainty: Certainty;
}

export interface LeakLimits {
  /** After the first sample of a process under load; it fills its caches then. */
  readonly warmUpMs: number;
  /** Growth over less than that says nothing. */
  readonly spanMs: number;
  /** Hard where the limit, or twice of what was held before, would be reached within it. */
  readonly horizonMs: number;
  /** Less growth than that is none; of small limits a tenth. */
  readonly grownBytes: number;
  /** Above what the old slot's same service holds, as a factor: until there, a process only catches up with its predecessor. */
  readonly overBefore: number;
  /** The same above the process's own warm start, where there was none before it. */
  readonly overStart: number;
}

/** A share is above its limit when at least `badEvents` are bad and the lower Wilson bound is above it. */
export interface Sureness {
  readonly badEvents: number;
  /** Of the Wilson bound, one-sided: 1.28 is 90 %, 2.5 is 99.4 %. */
  readonly sigmas: number;
}

/**
 * How sure a verdict has to be, and what that costs: of 100 requests/s, 2 % against a limit of 1 % are hard after 3 s where every
 * fiftieth fails, and where chance decides after 4 s (median), within 10 s in nine of ten cases. Where they begin after a good time,
 * after 10 s (median). A release with 0.5 % is taken back by chance in one case of a hundred. See certainty.spec.ts.
 */
export interface Certainty {
  /** Over the whole time since the switch. */
  readonly whole: Sureness;
  /** In the moving windows, which are looked at hundreds of times: chance has as many tries. */
  readonly moving: Sureness;
  /** Looked at besides the whole time, so that a late fault is not diluted by the good time before it. */
  readonly recentMs: number;
  /** The same for a fault that begins suddenly. */
  readonly burstMs: number;
  /** Hard only where the new slot is worse by this factor, and by `worseSigmas` of a two-sample z test. */
  readonly worseTimes: number;
  readonly worseSigmas: number;
}

const MB = 1_000_000;

export const DEFAULT_LIMITS: Limits = {
  serverErrors: { soft: 0.001, hard: 0.01 },
  p95Ms: { soft: 2_000, hard: 5_000 },
  upgradesFailed: { soft: 0.01, hard: 0.05 },
  disconnects: 0.05,
  failedJobs: { times: 2, floor: 0.01 },
  memory: { soft: 0.8, hard: 0.95 },
  leak: { warmUpMs: 10_000, spanMs: 20_000, horizonMs: 3_600_000, grownBytes: 50 * MB, overBefore: 1.25, overStart: 1.5 },
  cpu: { soft: 0.7, sustainedMs: 30_000 },
  health: { instances: 1, samples: 3, spanMs: 2_000 },
  newErrors: 1,
  minimum: { requests: 100, upgrades: 20, jobs: 10 },
  certainty: {
    ...{ whole: { badEvents: 3, sigmas: 1.28 }, moving: { badEvents: 5, sigmas: 2.5 }, recentMs: 60_000, burstMs: 10_000 },
    ...{ worseTimes: 1.5, worseSigmas: 3 },
  },
};
