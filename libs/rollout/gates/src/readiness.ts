import type { Check, Clock, Gate, GateContext, GateResult, ServiceProbe } from '@devplatform/rollout-engine';

/** Milliseconds and counts, as the specification's table "Health Check Timing" has them. */
export interface Timing {
  readonly startDelayMs: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Consecutive samples that turn a healthy service unhealthy, or the other way round. */
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

const TIMING: Readonly<Record<string, Timing>> = {
  backend: { startDelayMs: 15_000, intervalMs: 10_000, timeoutMs: 5_000, failureThreshold: 3, successThreshold: 1 },
  frontend: { startDelayMs: 5_000, intervalMs: 10_000, timeoutMs: 3_000, failureThreshold: 3, successThreshold: 1 },
  worker: { startDelayMs: 30_000, intervalMs: 30_000, timeoutMs: 10_000, failureThreshold: 3, successThreshold: 1 },
};

export interface ReadinessOptions {
  /** Specification, "Deployment Readiness Gate". */
  readonly maxWaitMs?: number;
  /** By service; each of them must get healthy. Default: the specification's table. */
  readonly services?: Readonly<Record<string, Timing>>;
  /** In place of those values, for every service: where processes start in seconds, nobody has to wait for the table. */
  readonly timing?: Partial<Timing>;
  /** How long all services must have been healthy together: who dies a second after the start was never ready. */
  readonly minReadyMs?: number;
}

/** Waits until every service of the slot is healthy. A service that has ended fails at once, waiting would not help it. */
export function readiness({ maxWaitMs = 120_000, services = TIMING, timing = {}, minReadyMs = 0 }: ReadinessOptions = {}): Gate {
  return {
    name: 'readiness',
    check: async ({ probe, clock, signal, note }) => {
      const start = clock.now();
      const watches = Object.entries(services).map(([name, its]) => new Watch(name, { ...its, ...timing }, start));
      const checks = (): Check[] => watches.map((watch) => watch.check(clock.now() - start));
      let readySince: number | null = null;
      for (;;) {
        if (signal.aborted) return { status: 'unknown', reason: 'interrupted while waiting', checks: checks() };
        if (clock.now() - start >= maxWaitMs) return late(watches, maxWaitMs, checks());
        const due = watches.filter((watch) => watch.dueAt <= clock.now());
        if (due.length > 0) await sample(due, probe, clock, signal);
        const ended = due.find((watch) => watch.state === 'down');
        if (ended !== undefined) return { status: 'failed', reason: `${ended.name} is down (${ended.detail})`, checks: checks() };
        const learnt = due.filter((watch) => watch.changed).map(({ name, detail }) => `${name}: ${detail}`);
        if (learnt.length > 0) note(learnt.join('; '));
        readySince = watches.every((watch) => watch.healthy) ? (readySince ?? clock.now()) : null;
        if (readySince !== null && clock.now() - readySince >= minReadyMs) return ready(clock.now() - start, checks());
        await clock.sleep(Math.max(1, Math.min(...watches.map(({ dueAt }) => dueAt)) - clock.now()), signal);
      }
    },
  };
}

/** What the gate has learnt of one service. */
class Watch {
  readonly name: string;
  readonly timing: Timing;
  dueAt: number;
  healthy = false;
  /** Whether the last sample turned the verdict. */
  changed = false;
  state: ServiceProbe['state'] = 'starting';
  detail = 'not looked at yet';
  #streak = 0;
  #ms = 0;

  constructor(name: string, timing: Timing, start: number) {
    this.name = name;
    this.timing = timing;
    this.dueAt = start + timing.startDelayMs;
  }

  learn({ state, detail }: Pick<ServiceProbe, 'state' | 'detail'>, now: number, tookMs: number): void {
    const contrary = (state === 'healthy') !== this.healthy;
    this.#streak = contrary ? this.#streak + 1 : 0;
    this.changed = this.#streak >= (this.healthy ? this.timing.failureThreshold : this.timing.successThreshold);
    if (this.changed) {
      this.healthy = !this.healthy;
      this.#streak = 0;
    }
    this.state = state;
    this.detail = detail;
    this.#ms = Math.round(tookMs);
    this.dueAt = now + this.timing.intervalMs;
  }

  check(elapsedMs: number): Check {
    return {
      name: this.name,
      status: this.healthy ? 'passed' : 'failed',
      ms: this.healthy ? this.#ms : Math.round(elapsedMs),
      detail: this.detail,
    };
  }
}

/** One look at the services that are due; no answer within a service's timeout is a bad one. */
async function sample(due: readonly Watch[], probe: GateContext['probe'], clock: Clock, signal: AbortSignal): Promise<void> {
  const start = clock.now();
  const answered = new AbortController();
  const timeoutMs = Math.max(...due.map(({ timing }) => timing.timeoutMs));
  const timeout = clock.sleep(timeoutMs, AbortSignal.any([answered.signal, signal])).then(() => null);
  const failed = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
  const probes = await Promise.race([probe().catch(failed), timeout]);
  answered.abort();
  if (signal.aborted) return;
  const now = clock.now();
  for (const watch of due) {
    watch.learn(verdict(watch, probes), now, now - start);
  }
}

function verdict(watch: Watch, probes: readonly ServiceProbe[] | Error | null): Pick<ServiceProbe, 'state' | 'detail'> {
  if (probes instanceof Error) return { state: 'unhealthy', detail: probes.message };
  const found = probes?.find(({ service }) => service === watch.name);
  if (probes === null) return { state: 'unhealthy', detail: `no answer within ${watch.timing.timeoutMs} ms` };
  return found ?? { state: 'unhealthy', detail: 'the target said nothing about it' };
}

const ready = (ms: number, checks: Check[]): GateResult => ({
  status: 'passed',
  detail: `all services are healthy after ${(ms / 1000).toFixed(1)} s`,
  checks,
});

function late(watches: readonly Watch[], maxWaitMs: number, checks: Check[]): GateResult {
  const unready = watches.filter(({ healthy }) => !healthy).map(({ name, state, detail }) => `${name} is ${state} (${detail})`);
  const why = unready.length === 0 ? 'the services were not healthy together for long enough' : unready.join(', ');
  return { status: 'failed', reason: `not ready within ${maxWaitMs / 1000} s: ${why}`, checks };
}
