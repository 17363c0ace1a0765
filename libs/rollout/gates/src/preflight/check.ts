import type { Slot } from '@devplatform/contracts';
import type { Check, DeploymentRecord, Release } from '@devplatform/rollout-engine';
import type { PreflightFacts } from './facts.ts';
import type { Acknowledged, PreflightRules } from './rules.ts';

/** Everything that a check of the preflight gate may know. */
export interface PreflightContext {
  readonly facts: PreflightFacts;
  readonly release: Release;
  readonly to: Slot;
  readonly rules: PreflightRules;
  readonly acknowledged: Acknowledged;
  /** Asked once for all checks. */
  readonly pending: () => Promise<readonly string[] | null>;
  readonly history: () => Promise<readonly DeploymentRecord[]>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** `warning`: it does not keep anybody from deploying, and somebody should know. */
export interface Verdict {
  readonly status: Check['status'];
  readonly detail: string;
  readonly warning?: boolean;
}

/** One line of the specification's "Pre-Deployment Checklist". One that throws is unknown. */
export interface PreflightCheck {
  readonly name: string;
  judge(context: PreflightContext): Promise<Verdict>;
}

export const passed = (detail: string): Verdict => ({ status: 'passed', detail });
export const warned = (detail: string): Verdict => ({ status: 'passed', detail, warning: true });
export const failed = (detail: string): Verdict => ({ status: 'failed', detail });
export const unknown = (detail: string): Verdict => ({ status: 'unknown', detail });
