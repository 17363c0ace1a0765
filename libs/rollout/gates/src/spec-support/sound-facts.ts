import type { DeploymentRecord, Environment, Release } from '@devplatform/rollout-engine';
import type { PreflightFacts } from '../preflight/facts.ts';

const GB = 1e9;
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

export const RELEASE: Release = {
  ...{ tag: 'v1.3.0', version: '1.3.0', commit: 'none', digest: digest('3'), contracts: [1, 2], protocol: [1, 2] },
  ...{ migrations: ['Old1', 'New2'], phases: { Old1: 'expand', New2: 'expand' } },
};

export const ENVIRONMENT: Environment = {
  ...{ target: 'local', exists: true, active: 'blue', previous: null, publicUrl: 'http://127.0.0.1:1' },
  slots: {
    blue: { slot: 'blue', release: 'v1.2.0', digest: digest('2'), running: true, addresses: null },
    green: { slot: 'green', release: null, digest: null, running: false, addresses: null },
  },
};

/** v1.2.0 went to blue, at 0. */
export const DEPLOYED: DeploymentRecord = {
  ...{ id: '00000001-0000-4000-8000-000000000000', kind: 'deploy', target: 'local', deployer: 'ada@host', reopened: [] },
  ...{ startedAt: '1970-01-01T00:00:00.000Z', finishedAt: '1970-01-01T00:00:00.000Z', outcome: 'done' },
  ...{ version: { previous: 'v1.1.0', next: 'v1.2.0', digest: digest('2') }, slots: { before: 'green', after: 'blue' } },
  ...{ migrations: [], steps: [], gates: [], switch: null, ledger: null, left: null, measures: [], issues: [] },
};

/** As that deployment, once users have come back from green. */
export const ROLLED_BACK: DeploymentRecord = { ...DEPLOYED, kind: 'rollback' };

/** Nothing is wrong, and nothing is pending; `faults` replaces what is. */
export const soundFacts = (faults: Partial<PreflightFacts> = {}): PreflightFacts => ({
  release: () => Promise.resolve(RELEASE),
  pending: () => Promise.resolve([]),
  judgeMigrations: () => Promise.resolve({ outcome: 'safe', remarks: [], left: [] }),
  artifact: () => Promise.resolve({ missing: [], digest: RELEASE.digest }),
  room: () => Promise.resolve({ freeMemory: 4 * GB, freeDisk: 10 * GB, runningSlot: GB, replacedSlot: 0 }),
  environment: () => Promise.resolve(ENVIRONMENT),
  history: () => Promise.resolve([ROLLED_BACK]),
  rehearse: () => Promise.resolve({ outcome: 'applied', migrations: ['New2'], rows: 12, ms: 34 }),
  ...faults,
});
