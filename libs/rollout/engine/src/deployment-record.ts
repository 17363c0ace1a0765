import { LedgerCounts, Slot } from '@devplatform/contracts';
import { z } from 'zod';
import { StepName } from './command.ts';
import { Finding } from './finding.ts';
import { GateResult } from './gate.ts';
import { ReopenVerb, RunKind, type JournalEntry } from './journal.ts';
import { LedgerSummary } from './ledger-summary.ts';
import { Measure } from './measure.ts';
import { State } from './transition.ts';

/** One per run: what the specification lists under "Deployment Log", and what was under way and became of it. */
export const DeploymentRecord = z.object({
  id: z.uuid(),
  kind: RunKind,
  target: z.string(),
  /** user@host */
  deployer: z.string(),
  /** Who went on with it after its process had ended. */
  reopened: z.array(z.object({ verb: ReopenVerb, by: z.string(), at: z.iso.datetime() })).default([]),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** `undone`: as before the run; `stranded`: somebody must look, because it stopped half-way or cannot be accounted for; see the issues. */
  outcome: State.extract(['done', 'undone', 'stranded']),
  /** Tags; null where nothing served, or where the run ended before it knew. */
  version: z.object({ previous: z.string().nullable(), next: z.string().nullable(), digest: z.string().nullable() }),
  /** Which slot was active. */
  slots: z.object({ before: Slot.nullable(), after: Slot.nullable() }),
  migrations: z.array(z.string()),
  steps: z.array(z.object({ name: StepName, ok: z.boolean(), ms: z.number(), detail: z.string() })),
  /** The smoke test results, and those of every other gate. */
  gates: z.array(z.object({ name: StepName, result: GateResult })),
  /** The last verdicts of each watch on the new slot. */
  measures: z.array(z.object({ step: StepName, measures: z.array(Measure) })).default([]),
  switch: z.object({ slot: Slot, effectiveMs: z.number(), at: z.iso.datetime() }).nullable(),
  /** Of the last switch: what the old slot counted, and what became of it (null: nobody can say). null where there was no old slot. */
  ledger: z.object({ counted: LedgerCounts, crossed: LedgerSummary.nullable() }).nullable(),
  /** What the old slot still had in flight when the wait for zeros ended. */
  left: Finding.shape.left.unwrap().nullable(),
  issues: z.array(z.string()),
});
export type DeploymentRecord = z.infer<typeof DeploymentRecord>;

export interface DeploymentLog {
  /** A record that is there already stays as it is. */
  append(record: DeploymentRecord): Promise<void>;
  has(id: string): Promise<boolean>;
}

/** The record is a fold over the journal and nothing else, so that whoever finishes another's run writes the same one. */
export function recordOf(entries: readonly JournalEntry[], unwritten: readonly string[] = []): DeploymentRecord {
  const opened = entries.find((entry) => entry.type === 'opened');
  const closed = entries.find((entry) => entry.type === 'closed');
  if (opened === undefined || closed === undefined)
    throw new Error('the journal of a run that ended has the entries "opened" and "closed"');
  const plan = entries.findLast((entry) => entry.type === 'planned')?.plan;
  const steps = entries.filter((entry) => entry.type === 'done' || entry.type === 'failed');
  const findings = steps.map(({ finding }) => finding);
  const switched = findings.findLast((finding) => finding.switched !== undefined)?.switched ?? null;
  const failures = steps.filter(({ type }) => type === 'failed').map(({ step, finding }) => `${step}: ${finding.detail}`);
  return {
    id: opened.id,
    kind: opened.kind,
    target: opened.target,
    deployer: opened.deployer,
    reopened: entries.flatMap((entry) => (entry.type === 'reopened' ? [{ verb: entry.verb, by: entry.deployer, at: entry.at }] : [])),
    startedAt: opened.at,
    finishedAt: closed.at,
    outcome: DeploymentRecord.shape.outcome.parse(closed.state),
    version: { previous: plan?.previous ?? null, next: plan?.next ?? null, digest: plan?.digest ?? null },
    slots: { before: plan?.from ?? null, after: closed.active },
    migrations: findings.flatMap(({ applied }) => applied ?? []),
    steps: steps.map(({ step, type, ms, finding }) => ({ name: step, ok: type === 'done', ms, detail: finding.detail })),
    gates: steps.flatMap(({ step, finding }) => (finding.gate === undefined ? [] : [{ name: step, result: finding.gate }])),
    measures: steps.flatMap(({ step, finding }) => (finding.measures === undefined ? [] : [{ step, measures: finding.measures }])),
    switch: switched,
    ledger: ledgerOf(findings),
    left: findings.findLast((finding) => finding.left !== undefined)?.left ?? null,
    issues: [...new Set([...failures, ...findings.flatMap(({ issue }) => issue ?? []), ...unwritten])],
  };
}

function ledgerOf(findings: readonly Finding[]): DeploymentRecord['ledger'] {
  const last = findings.findLastIndex(({ switched }) => switched !== undefined);
  const counted = findings[last]?.counted ?? null;
  return counted && { counted, crossed: findings.slice(last).find(({ ledger }) => ledger !== undefined)?.ledger ?? null };
}
