import { type Statement, statementsOf } from '../sql/statement.ts';
import { type Finding, type Verdict, verdictOf } from '../verdict.ts';
import { judgeChain, type ReadMigration } from './judge-chain.ts';
import { ledgerOf } from './ledger.ts';
import { type DatabaseManifest, ManifestError } from './manifest.ts';
import type { RecordedMigration } from './recorded-migration.ts';

/** One release on top of another. */
export interface Succession {
  /** The release that is to be deployed. */
  readonly next: DatabaseManifest;
  /** The one that runs. */
  readonly running: DatabaseManifest;
  /** Names of migrations that the database has, in whatever order; absent: all of `running`, and no others. */
  readonly applied?: readonly string[];
  /** Releases before `running`, as far as they are known, oldest first: who used what before. */
  readonly earlier?: readonly DatabaseManifest[];
}

/** A migration as it is judged, and as messages call it. */
export type PendingMigration = ReadMigration & { readonly source: string };

/** Pending migrations against one release that runs while they are applied. */
export interface SuccessionCase {
  /** In the order in which they are applied. */
  readonly migrations: readonly PendingMigration[];
  readonly schema: readonly Statement[];
  readonly schemaText: string;
  readonly previous: Pick<DatabaseManifest, 'columns' | 'queries'>;
  readonly unread: readonly string[];
}

export interface SuccessionCases {
  /** What the deployment applies while the running release runs: everything but contract steps. */
  readonly deployment: SuccessionCase;
  /** What it leaves until only the next release runs, so it is the next one that has to go on. */
  readonly closing: SuccessionCase;
  /** Why what goes may go, one sentence each. */
  readonly ledger: readonly string[];
}

/**
 * Splits what is pending of `next` by when it is applied. Needs `await loadParser()` before. Throws ManifestError where the releases are of two
 * projects, or the database has a migration that neither knows: then nobody knows its schema.
 */
export function successionCases({ next, running, applied, earlier = [] }: Succession): SuccessionCases {
  if (next.project !== running.project)
    throw new ManifestError(`${next.release} is of project ${next.project}, and ${running.release}, which runs, of ${running.project}`);
  const known = new Map([...running.migrations, ...next.migrations].map((migration) => [migration.name, migration]));
  const names = applied ?? running.migrations.map(({ name }) => name);
  const strange = names.filter((name) => !known.has(name));
  if (strange.length > 0)
    throw new ManifestError(`the database has ${strange.join(', ')}, which neither ${running.release} nor ${next.release} knows`);
  const before = [...known.values()].filter(({ name }) => names.includes(name));
  const pending = next.migrations.filter(({ name }) => !names.includes(name));
  const expanding = pending.filter(({ phase }) => phase !== 'contract');
  const contracting = pending.filter(({ phase }) => phase === 'contract');
  const closing = caseOf([...before, ...expanding], contracting, next);
  return {
    deployment: caseOf(before, expanding, running),
    closing,
    ledger: ledgerOf(
      closing.migrations.flatMap(({ statements }) => statements),
      next,
      [...earlier, running],
    ),
  };
}

/** All that is pending against the release that runs, contract steps too: for whoever does not leave them. */
export function strictCase(succession: Succession): SuccessionCase {
  const { deployment, closing } = successionCases(succession);
  const order = succession.next.migrations.map(({ name }) => name);
  const migrations = [...deployment.migrations, ...closing.migrations];
  return { ...deployment, migrations: migrations.sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source)) };
}

export interface SuccessionReport {
  readonly verdict: Verdict;
  /** With the migration that each is about. */
  readonly findings: readonly (Finding & { readonly source: string })[];
  /** `rule in source: reason` of what somebody answers for. */
  readonly silenced: readonly string[];
  readonly ledger: readonly string[];
  /** Contract steps that the deployment leaves. */
  readonly left: readonly string[];
}

/** The verdict on a deployment. */
export function judgeSuccession(succession: Succession): SuccessionReport {
  const { deployment, closing, ledger } = successionCases(succession);
  const judged = [deployment, closing].map((one) => {
    const { findings, silenced } = judgeChain(one);
    const sourceOf = (index: number): string => one.migrations[index]?.source ?? '';
    return {
      findings: findings.map(({ migration, ...finding }) => ({ ...finding, source: sourceOf(migration) })),
      silenced: silenced.map(({ finding, reason }) => `${finding.rule} in ${sourceOf(finding.migration)}: ${reason}`),
    };
  });
  const findings = judged.flatMap((one) => one.findings);
  return {
    ...{ verdict: verdictOf(findings), findings, silenced: judged.flatMap((one) => one.silenced), ledger },
    left: closing.migrations.map(({ source }) => source),
  };
}

function caseOf(before: readonly RecordedMigration[], pending: readonly RecordedMigration[], release: DatabaseManifest): SuccessionCase {
  const schemaText = before.map(({ up }) => up).join('\n');
  return {
    ...{ migrations: pending.map(pendingOf), schema: statementsOf(schemaText, 'the migrations before'), schemaText },
    ...{ previous: { columns: release.columns, queries: release.queries }, unread: release.unread },
  };
}

const pendingOf = ({ name, up, transaction, phase, gaps }: RecordedMigration): PendingMigration => ({
  ...{ source: name, text: up, statements: statementsOf(up, name), transaction, phase, gaps },
});
