import type { Slot } from '@devplatform/contracts';
import type { Check, Clock, Gate, GateResult, Release } from '@devplatform/rollout-engine';
import { acknowledged } from './preflight/acknowledged.ts';
import { artifact } from './preflight/artifact.ts';
import { unknown, type PreflightCheck, type PreflightContext, type Verdict } from './preflight/check.ts';
import { drift } from './preflight/drift.ts';
import type { PreflightFacts } from './preflight/facts.ts';
import { migrations } from './preflight/migrations.ts';
import { rehearsal } from './preflight/rehearsal.ts';
import { rollback } from './preflight/rollback.ts';
import { disk, memory } from './preflight/room.ts';
import { LOCAL_RULES, type Acknowledged, type PreflightRules } from './preflight/rules.ts';
import { smokeSuite } from './preflight/smoke-suite.ts';

export interface PreflightOptions {
  readonly facts: PreflightFacts;
  readonly acknowledged: Acknowledged;
  /** Default: those of target `local`. */
  readonly rules?: Partial<PreflightRules>;
}

const CHECKS: readonly PreflightCheck[] = [migrations, rehearsal, artifact, smokeSuite, rollback, memory, disk, drift];

/** A check with its result; `warning`: it passed, and somebody should know. */
export interface PreflightItem extends Check {
  readonly warning: boolean;
}

/** The specification's "Pre-Deployment Checklist", before anything of the release is touched; `nx plan backend` shows the same. */
export function preflight(options: PreflightOptions): Gate {
  return {
    name: 'preflight',
    check: async ({ slot, tag, clock }) => resultOf(await examine(await options.facts.release(tag), slot, clock, options)),
  };
}

/** All checks at once, each with its result; none of them changes anything. */
export async function examine(release: Release, to: Slot, clock: Clock, options: PreflightOptions): Promise<readonly PreflightItem[]> {
  const { facts, acknowledged: said } = options;
  const rules = { ...LOCAL_RULES, ...options.rules };
  const context: PreflightContext = {
    ...{ facts, release, to, rules, acknowledged: said },
    pending: once(() => facts.pending(release)),
    history: once(() => facts.history()),
    now: clock.now(),
  };
  const checks = [...CHECKS, ...acknowledged(rules.acknowledge, said)];
  return Promise.all(
    checks.map(async (check) => {
      const start = clock.now();
      const { status, detail, warning = false } = await judge(check, context);
      return { name: check.name, status, ms: Math.round(clock.now() - start), detail, warning };
    }),
  );
}

/** What cannot be found out is unknown, and unknown keeps the door shut. */
async function judge(check: PreflightCheck, context: PreflightContext): Promise<Verdict> {
  try {
    return await check.judge(context);
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

function resultOf(items: readonly PreflightItem[]): GateResult {
  const checks = items.map(({ warning, detail, ...item }) => ({ ...item, detail: warning ? `warning: ${detail}` : detail }));
  const bad = items.filter(({ status }) => status !== 'passed');
  if (bad.length > 0) {
    const reason = bad.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    return { status: bad.some(({ status }) => status === 'failed') ? 'failed' : 'unknown', reason, checks };
  }
  const warnings = items.filter(({ warning }) => warning).map(({ name }) => name);
  const detail = warnings.length === 0 ? '' : `, with warnings: ${warnings.join(', ')}`;
  return { status: 'passed', detail: `${items.length} checks passed${detail}`, checks };
}
