import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from './fault.ts';
import shop from './spec-support/shop.config.ts';
import { configurationFor } from './target-configuration.ts';
import type { TARGETS } from './targets.ts';

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

describe('the defaults are the tables of the specification', () => {
  const { services, readiness, monitor, bake, decommission, preflight, notifications } = configurationFor({}, 'kubernetes');

  it('CFG-1: "Health Check Timing"', () => {
    const thresholds = { failureThreshold: 3, successThreshold: 1 };
    expect(services).toMatchObject({
      backend: { role: 'web', timing: { startDelayMs: 15 * S, intervalMs: 10 * S, timeoutMs: 5 * S, ...thresholds } },
      frontend: { role: 'static', timing: { startDelayMs: 5 * S, intervalMs: 10 * S, timeoutMs: 3 * S, ...thresholds } },
      worker: { role: 'worker', timing: { startDelayMs: 30 * S, intervalMs: 30 * S, timeoutMs: 10 * S, ...thresholds } },
    });
    expect(Object.keys(services)).toHaveLength(3);
  });

  it('CFG-1: "Deployment Readiness Gate", "Step 5: Monitor for Errors", "Step 7: Decommission Old Version"', () => {
    expect(readiness).toEqual({ maxWaitMs: 120 * S, minReadyMs: 0 });
    expect([monitor.forMs, monitor.intervalMs]).toEqual([15 * MIN, 1 * S]);
    expect(bake).toEqual({ forMs: 1 * H, intervalMs: 10 * S });
    expect(decommission).toEqual({ how: 'park', quietMs: 10 * S });
  });

  it('CFG-1: "Monitor", "When to Rollback" and "Post-Deployment Monitoring"', () => {
    expect(monitor.limits).toEqual({
      serverErrors: { soft: 0.001, hard: 0.01 },
      p95Ms: { soft: 2 * S, hard: 5 * S },
      upgradesFailed: { soft: Infinity, hard: 0.05 },
      disconnects: 0.05,
      failedJobs: { times: 2 },
      memory: { soft: 0.8, hard: 0.95 },
      cpu: { soft: 0.7 },
      health: { instances: 1 },
      newErrors: 1,
      minimum: { requests: 100, upgrades: 20, jobs: 10 },
    });
  });

  it('CFG-1: "Pre-Deployment Checklist"', () => {
    expect(preflight).toEqual({
      acknowledge: {
        'on-call': 'The on-call engineer is aware of the deployment',
        'rollback-reviewed': 'The rollback procedure has been reviewed',
      },
      rehearseUpToBytes: 1e9,
      rollbackRehearsedWithinMs: 30 * 24 * H,
      freeDiskBytes: 1e9,
      freeMemoryBytes: 512e6,
      contractMigrations: 'refuse',
    });
    expect(notifications).toEqual({ webhook: null, onStep: null });
  });

  it('CFG-1: are the same for every target, but that nobody is asked and nothing rehearsed on `local`', () => {
    const of = (target: (typeof TARGETS)[number]) => ({ ...configurationFor({}, target), target: 'any' });
    expect(of('compose')).toEqual(of('kubernetes'));
    expect(of('ecs')).toEqual(of('kubernetes'));
    const local = of('local');
    expect(local.preflight).toMatchObject({ acknowledge: {}, rehearseUpToBytes: null });
    expect({ ...local, preflight }).toEqual(of('kubernetes'));
  });
});

describe('a target', () => {
  it('CFG-7: has what the file says for it, then what the file says, then what is built in, then the default', () => {
    const config = {
      preflight: { rehearseMigrations: true, freeDisk: '5GB' },
      monitor: { interval: '2s', soft: { p95: '1s' } },
      targets: {
        local: { monitor: { soft: { serverErrors: '0.5%' } } },
        ecs: { preflight: { freeDisk: '2GB' }, monitor: { interval: '3s' } },
      },
    } as const;
    const [local, ecs] = [configurationFor(config, 'local'), configurationFor(config, 'ecs')];
    expect(local.preflight).toMatchObject({ acknowledge: {}, rehearseUpToBytes: 1e9, freeDiskBytes: 5e9, freeMemoryBytes: 512e6 });
    expect(local.monitor).toMatchObject({
      intervalMs: 2_000,
      limits: { p95Ms: { soft: 1_000, hard: 5_000 }, serverErrors: { soft: 0.005 } },
    });
    expect(ecs.preflight).toMatchObject({ rehearseUpToBytes: 1e9, freeDiskBytes: 2e9 });
    expect(ecs.monitor).toMatchObject({ intervalMs: 3_000, limits: { p95Ms: { soft: 1_000 }, serverErrors: { soft: 0.001 } } });
  });

  it('CFG-7: replaces what a person must say as a whole', () => {
    const acknowledge = { frozen: 'Nobody counts the stock' };
    expect(configurationFor({ targets: { ecs: { preflight: { acknowledge } } } }, 'ecs').preflight.acknowledge).toEqual(acknowledge);
  });

  it('CFG-7: looks at all services alike where it says so, and as often as each says otherwise', () => {
    const services = { shop: { role: 'web', health: { interval: '1s', timeout: '2s' } } } as const;
    const config = { services, targets: { local: { readiness: { timing: { initialDelay: 0, interval: '250ms' } } } } } as const;
    const timingOn = (target: 'local' | 'ecs') => configurationFor(config, target).services['shop']?.timing;
    const thresholds = { failureThreshold: 3, successThreshold: 1 };
    expect(timingOn('local')).toEqual({ startDelayMs: 0, intervalMs: 250, timeoutMs: 2_000, ...thresholds });
    expect(timingOn('ecs')).toEqual({ startDelayMs: 15_000, intervalMs: 1_000, timeoutMs: 2_000, ...thresholds });
  });

  it('CFG-7: has no limit where the file says null', () => {
    const { limits } = configurationFor({ monitor: { soft: { p95: null }, hard: { criticalErrors: null } } }, 'local').monitor;
    expect([limits.p95Ms, limits.newErrors]).toEqual([{ soft: Infinity, hard: 5_000 }, Infinity]);
  });
});

describe("another team's services", () => {
  it('CFG-8: are the ones that are deployed, by their own names and roles', () => {
    const { services, notifications, decommission, preflight } = configurationFor(shop, 'kubernetes');
    expect(services).toMatchObject({
      storefront: { role: 'web', timing: { startDelayMs: 20_000, intervalMs: 10_000 }, memoryLimitBytes: 512e6, graceMs: null },
      mailer: { role: 'worker', timing: { startDelayMs: 30_000 }, memoryLimitBytes: null, graceMs: 120_000 },
      images: { role: 'static', timing: { startDelayMs: 5_000 } },
    });
    expect(Object.keys(services)).toEqual(['storefront', 'mailer', 'images']);
    expect(decommission).toEqual({ how: 'stop', quietMs: 60_000 });
    expect(Object.keys(preflight.acknowledge)).toEqual(['stock-frozen']);
    expect(notifications).toEqual({
      webhook: {
        url: 'https://chat.example.com/deployments',
        secretEnv: 'DEPLOY_WEBHOOK_SECRET',
        events: [
          ...['deployment.started', 'deployment.warning', 'deployment.switched', 'deployment.turning-back'],
          ...['deployment.succeeded', 'deployment.failed'],
        ],
      },
      onStep: { command: ['node', 'tools/on-step.mjs'], timeoutMs: 30_000 },
    });
  });
});

it('CFG-6: a configuration that was not loaded is checked all the same', () => {
  expect(() => configurationFor({ services: {} }, 'local')).toThrow(ConfigurationError);
});
