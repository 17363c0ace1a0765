import type { ServiceRole } from '@devplatform/rollout-engine';
import { check } from './check.ts';
import type { RolloutConfig, Settings } from './configuration.ts';
import { ConfigurationError } from './fault.ts';
import { limitsOf, type MonitorLimits } from './monitor.ts';
import { DEFAULT_EVENTS, type EventName } from './notifications.ts';
import { timingOf } from './services.ts';
import { settingsFor } from './settings.ts';
import type { TargetName } from './targets.ts';

/** Milliseconds and counts. */
export interface HealthTiming {
  readonly startDelayMs: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

export interface ServiceConfiguration {
  readonly role: ServiceRole;
  readonly timing: HealthTiming;
  /** null: the target's own. */
  readonly memoryLimitBytes: number | null;
  readonly graceMs: number | null;
}

/** Everything that holds for one target: nothing left out, milliseconds, bytes and fractions. */
export interface Configuration {
  readonly target: TargetName;
  readonly services: Readonly<Record<string, ServiceConfiguration>>;
  readonly readiness: { readonly maxWaitMs: number; readonly minReadyMs: number };
  /** A `forMs` of 0 leaves the step out. */
  readonly monitor: { readonly forMs: number; readonly intervalMs: number; readonly limits: MonitorLimits };
  readonly bake: { readonly forMs: number; readonly intervalMs: number };
  readonly decommission: { readonly how: 'park' | 'stop'; readonly quietMs: number };
  readonly preflight: {
    /** What a person must say: names with their sentence. */
    readonly acknowledge: Readonly<Record<string, string>>;
    /** Bytes of data up to which pending migrations are rehearsed on a copy; null: they are not. */
    readonly rehearseUpToBytes: number | null;
    readonly rollbackRehearsedWithinMs: number;
    readonly freeDiskBytes: number;
    readonly freeMemoryBytes: number;
    readonly contractMigrations: 'refuse' | 'allow';
  };
  readonly notifications: {
    readonly webhook: { readonly url: string; readonly secretEnv: string | null; readonly events: readonly EventName[] } | null;
    /** Milliseconds. */
    readonly onStep: { readonly command: readonly [string, ...string[]]; readonly timeoutMs: number } | null;
  };
}

/** Resolves a configuration for one target. Throws ConfigurationError, without lines, where it is not one that was loaded and so checked. */
export function configurationFor(config: RolloutConfig, target: TargetName): Configuration {
  const findings = check(config);
  if (findings.length > 0)
    throw new ConfigurationError(
      'The configuration',
      findings.map((finding) => ({ ...finding, line: null })),
    );
  const { services, readiness, monitor, bake, decommission, preflight, notifications } = settingsFor(config, target);
  return {
    target,
    services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, serviceFor(service, readiness.timing)])),
    readiness: { maxWaitMs: readiness.maxWait, minReadyMs: readiness.minReady },
    monitor: { forMs: monitor.for, intervalMs: monitor.interval, limits: limitsOf(monitor) },
    bake: { forMs: bake.for, intervalMs: bake.interval },
    decommission: { how: decommission.how, quietMs: decommission.quiet },
    preflight: {
      acknowledge: preflight.acknowledge,
      rehearseUpToBytes: preflight.rehearseMigrations ? preflight.rehearseUpTo : null,
      rollbackRehearsedWithinMs: preflight.rollbackRehearsedWithin,
      freeDiskBytes: preflight.freeDisk,
      freeMemoryBytes: preflight.freeMemory,
      contractMigrations: preflight.contractMigrations,
    },
    notifications: notificationsFor(notifications),
  };
}

function serviceFor(service: Settings['services'][string], common: Settings['readiness']['timing']): ServiceConfiguration {
  const { initialDelay, interval, timeout, ...thresholds } = timingOf(service, common);
  return {
    role: service.role,
    timing: { startDelayMs: initialDelay, intervalMs: interval, timeoutMs: timeout, ...thresholds },
    memoryLimitBytes: service.memoryLimit ?? null,
    graceMs: service.grace ?? null,
  };
}

function notificationsFor({ webhook, onStep }: Settings['notifications']): Configuration['notifications'] {
  return {
    webhook:
      webhook === undefined ? null : { url: webhook.url, secretEnv: webhook.secretEnv ?? null, events: webhook.events ?? DEFAULT_EVENTS },
    onStep: onStep === undefined ? null : { command: onStep.command, timeoutMs: onStep.timeout },
  };
}
