import { bareVersion, SlotAddresses } from '@devplatform/contracts';
import type { Check, Gate } from '@devplatform/rollout-engine';
import { bounded } from './smoke/bounded.ts';
import { editRoundTrip } from './smoke/edit-round-trip.ts';
import { health } from './smoke/health.ts';
import { jobRoundTrip } from './smoke/job-round-trip.ts';
import { liveness } from './smoke/liveness.ts';
import { projects } from './smoke/projects.ts';
import { shell } from './smoke/shell.ts';
import type { SmokeContext, SmokeTest } from './smoke/smoke-test.ts';
import { versionHeader } from './smoke/version-header.ts';
import { warmUp } from './smoke/warm-up.ts';
import { websocket } from './smoke/websocket.ts';

/** Milliseconds for one test; the slowest makes a worker load its tools for the first time. */
const BOUND_MS = 30_000;

/** What the specification lists under "Run Smoke Tests", the round trips of an edit and of a job, and a warm-up. */
const TESTS: readonly SmokeTest[] = [health, versionHeader, projects, shell, websocket, editRoundTrip, jobRoundTrip, warmUp];

/** Runs all tests on the slot's private addresses, each bounded. All must pass; the log gets the result of each. */
export function smoke(tests: readonly SmokeTest[] = TESTS, boundMs: number = BOUND_MS): Gate {
  return {
    name: 'smoke',
    check: async ({ addresses, slot, tag, clock, signal }) => {
      const start = clock.now();
      const context = { addresses: SlotAddresses.parse(await addresses()), slot, version: bareVersion(tag), clock };
      const results = await Promise.all(tests.map((test) => run(test, context, signal, boundMs)));
      // Last, because who dies of the tests must not pass.
      results.push(await run(liveness, context, signal, boundMs));
      const bad = results.filter(({ status }) => status !== 'passed');
      if (bad.length > 0) {
        const reason = bad.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
        return { status: signal.aborted ? 'unknown' : 'failed', reason, checks: results };
      }
      const ms = Math.round(clock.now() - start);
      return { status: 'passed', detail: `${results.length} smoke tests passed in ${ms} ms`, checks: results };
    },
  };
}

async function run(test: SmokeTest, context: Omit<SmokeContext, 'signal'>, interrupted: AbortSignal, boundMs: number): Promise<Check> {
  const { clock } = context;
  const start = clock.now();
  const bound = AbortSignal.timeout(boundMs);
  const signal = AbortSignal.any([bound, interrupted]);
  try {
    const detail = await bounded(test.run({ ...context, signal }), signal);
    return { name: test.name, status: 'passed', ms: Math.round(clock.now() - start), detail };
  } catch (error) {
    const detail = bound.aborted ? `no result within ${boundMs / 1000} s` : reasonOf(error);
    return { name: test.name, status: interrupted.aborted ? 'unknown' : 'failed', ms: Math.round(clock.now() - start), detail };
  }
}

/** fetch says "fetch failed" and hides why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
