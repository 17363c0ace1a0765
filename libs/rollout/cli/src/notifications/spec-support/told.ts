import type { DeploymentRecord, RolloutEvent } from '@devplatform/rollout-engine';
import type { About, Notification } from '../notification.ts';

export const RUN = '5f0c1a52-7a0e-4c0e-9b7c-6a3a1d0f2b11';

export const about: About = { kind: 'deploy', target: 'local', deployer: 'eve@host' };

export const planned: RolloutEvent = { type: 'planned', id: RUN, from: 'blue', to: 'green', previous: 'v1.2.0', next: 'v1.3.0' };

export const record = (outcome: DeploymentRecord['outcome'], issues: readonly string[] = []): DeploymentRecord => ({
  ...{ id: RUN, kind: 'deploy', target: 'local', deployer: 'eve@host', reopened: [], outcome, issues: [...issues] },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:01:00.000Z' },
  version: { previous: 'v1.2.0', next: 'v1.3.0', digest: `sha256:${'0'.repeat(64)}` },
  slots: { before: 'blue', after: outcome === 'done' ? 'green' : 'blue' },
  ...{ migrations: [], steps: [], gates: [], measures: [], ledger: null, left: null },
  switch: { slot: 'green', effectiveMs: 12, at: '2026-01-01T00:00:30.000Z' },
});

export const notification = (more: Partial<Notification> = {}): Notification => ({
  ...about,
  ...{ event: 'deployment.started', run: null, at: '2026-01-01T00:00:00.000Z' },
  ...{ slots: { from: 'blue', to: 'green' }, release: { previous: 'v1.2.0', next: 'v1.3.0' } },
  ...more,
});

/** Of a listener that nothing hurries. */
export const noDeadline = (): AbortSignal => new AbortController().signal;
