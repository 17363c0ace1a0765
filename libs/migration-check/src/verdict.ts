import { z } from 'zod';

/**
 * What is violated. `compat`: the previous release breaks, loses or misreads data at a committed moment, or the migration cannot run.
 * `lock`: an existing table is scanned, rewritten or indexed under a lock that blocks its readers or writers, or a CONCURRENTLY cannot run.
 */
export const Axis = z.enum(['compat', 'lock']);
export type Axis = z.infer<typeof Axis>;

/** `unknown` is not safe: what cannot be read is not judged. */
export const Verdict = z.enum(['safe', 'unsafe', 'unknown']);
export type Verdict = z.infer<typeof Verdict>;

/** The specification's seven rules, and what else has a page of its own. */
export const RuleName = z.enum([
  ...(['add-column', 'remove-column', 'rename-column', 'add-table', 'change-column-type', 'add-index', 'add-not-null'] as const),
  ...(['add-constraint', 'change-data', 'change-default', 'change-type', 'change-view', 'change-routine', 'lock-and-scan'] as const),
  ...(['cannot-run', 'unreadable', 'unused-silence', 'phase'] as const),
]);
export type RuleName = z.infer<typeof RuleName>;

/** One reason against a migration. */
export const Finding = z.object({
  rule: RuleName,
  kind: Axis,
  /** `unknown`: it could not be read, so nobody can say. */
  verdict: z.enum(['unsafe', 'unknown']),
  /** The statement as written, at most 500 characters. */
  statement: z.string(),
  /** Counted from 1, in the file or in what the migration ran. */
  line: z.int(),
  /** What happens, to whom, and why: one or two sentences. */
  message: z.string(),
  /** The safe way, as SQL to copy or a sentence. */
  rewrite: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** `wrapped`: all statements in one transaction. `none`: each commits by itself, so the states in between count. */
export const TransactionMode = z.enum(['wrapped', 'none']);
export type TransactionMode = z.infer<typeof TransactionMode>;

/** unsafe before unknown before safe. */
export function verdictOf(findings: readonly Pick<Finding, 'verdict'>[]): Verdict {
  if (findings.some(({ verdict }) => verdict === 'unsafe')) return 'unsafe';
  return findings.length > 0 ? 'unknown' : 'safe';
}
