import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { type Configuration, configurationFor, loadConfiguration } from '@devplatform/rollout-config';
import { type Ports, systemClock } from '@devplatform/rollout-engine';
import {
  DEFAULT_LIMITS,
  judge,
  type Limits,
  preflight,
  type PreflightOptions,
  readiness,
  smoke,
  standby,
} from '@devplatform/rollout-gates';
import { type LocalTarget, localTarget, type LocalTargetOptions, LocalSurvey } from '@devplatform/target-local';
import { fileJournal } from './file-journal.ts';
import { fileLog } from './log/file-log.ts';
import { preflightFacts } from './plan/preflight-facts.ts';
import { waiting } from './waiting.ts';

const root = join(import.meta.dirname, '../../../..');
export const DEFAULT_HOME = join(root, '.devplatform/local');
export const DEFAULT_RELEASES = join(root, 'dist/releases');

/** Which environment a command is about. */
export interface Where {
  readonly target: 'local';
  readonly home: string;
  readonly releases: string;
}

export const openTarget = (
  { home, releases }: Where,
  means: Pick<LocalTargetOptions, 'log' | 'memoryLimitBytes' | 'graceMs'> = {},
): LocalTarget => localTarget({ home: resolve(home), releasesDir: resolve(releases), ...means });

/** What the configuration says of each service and is not null. */
const ofServices = (services: Configuration['services'], name: 'memoryLimitBytes' | 'graceMs'): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(services).flatMap(([service, { [name]: value }]) => (value === null ? [] : [[service, value]])));

/** What looks at an environment and changes nothing. */
export const openSurvey = ({ home, releases }: Where): LocalSurvey =>
  new LocalSurvey({ home: resolve(home), releasesDir: resolve(releases) });

/** bluegreen.config.ts for the target, or the file that was named; without either, the defaults. Throws every fault at once. */
export async function readConfiguration({
  config,
  target,
}: {
  readonly config?: string;
  readonly target: 'local';
}): Promise<Configuration> {
  const file = config === undefined ? {} : { file: resolve(config) };
  return configurationFor((await loadConfiguration({ workspaceRoot: root, ...file })).config, target);
}

export interface RunOptions extends Where {
  readonly configuration: Configuration;
  /** Seconds, in place of the configured ones. */
  readonly readinessTimeout?: number;
  /** What a person said of the checklist. */
  readonly acknowledge?: readonly string[];
  /** Milliseconds to wait for the lock. */
  readonly wait?: number;
}

/** Everything that the engine needs, put together for this environment. */
export function portsOf(options: RunOptions, { onEvent, signal }: Pick<Ports, 'onEvent' | 'signal'>): Ports {
  const { monitor, bake, services } = options.configuration;
  const home = resolve(options.home);
  const note = (text: string): void => {
    onEvent({ type: 'note', text });
  };
  const means = {
    ...{ log: note, memoryLimitBytes: ofServices(services, 'memoryLimitBytes'), graceMs: ofServices(services, 'graceMs') },
  };
  return {
    target: waiting(openTarget(options, means), options.wait ?? 0, { clock: systemClock, signal, note }),
    gates: gatesOf(options),
    watch: {
      judge: judge(limitsOf(monitor.limits)),
      everyMs: { monitor: monitor.intervalMs, bake: bake.intervalMs },
    },
    journal: fileJournal(home),
    log: fileLog(home),
    clock: systemClock,
    onEvent,
    signal,
  };
}

/** What the configuration has no word for is as the monitor has it. */
const limitsOf = (limits: Configuration['monitor']['limits']): Limits => ({
  ...{ ...DEFAULT_LIMITS, ...limits },
  failedJobs: { ...DEFAULT_LIMITS.failedJobs, ...limits.failedJobs },
  cpu: { ...DEFAULT_LIMITS.cpu, ...limits.cpu },
  health: { ...DEFAULT_LIMITS.health, ...limits.health },
});

function gatesOf(options: RunOptions): Ports['gates'] {
  const { services, readiness: configured } = options.configuration;
  const { readinessTimeout } = options;
  const timings = Object.fromEntries(Object.entries(services).map(([name, { timing }]) => [name, timing]));
  return {
    preflight: preflight(preflightOf(options)),
    readiness: readiness({
      services: timings,
      maxWaitMs: readinessTimeout === undefined ? configured.maxWaitMs : readinessTimeout * 1000,
      minReadyMs: configured.minReadyMs,
    }),
    smoke: smoke(),
    standby: standby(timings),
  };
}

export function preflightOf(options: RunOptions): PreflightOptions {
  const { preflight: rules } = options.configuration;
  return {
    facts: preflightFacts(openTarget(options), openSurvey(options), resolve(options.home)),
    acknowledged: { given: options.acknowledge ?? [], by: deployer() },
    rules: {
      acknowledge: rules.acknowledge,
      rehearseMigrations: rules.rehearseUpToBytes !== null,
      ...(rules.rehearseUpToBytes !== null && { rehearseUpTo: rules.rehearseUpToBytes }),
      rollbackRehearsedWithin: rules.rollbackRehearsedWithinMs,
      freeDisk: rules.freeDiskBytes,
      freeMemory: rules.freeMemoryBytes,
      contractMigrations: rules.contractMigrations,
    },
  };
}

export const deployer = (): string => `${userInfo().username}@${hostname()}`;
