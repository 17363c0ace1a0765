import type { Release } from '@devplatform/rollout-engine';
import type { Releases } from './releases.ts';

/** What the migration checker says of a release on top of the one that runs. */
export type MigrationJudgement =
  | {
      readonly outcome: 'safe';
      /** Why something may go, and who answers for what. */
      readonly remarks: readonly string[];
      /** Contract steps: the deployment leaves them until no other release runs. */
      readonly left: readonly string[];
    }
  /** `unknown`: nobody can tell, which is no reason to let it pass. */
  | { readonly outcome: 'unsafe' | 'unknown'; readonly reasons: readonly string[]; readonly left: readonly string[] };

/**
 * Judges what the database has not got of `release` against the release that runs, by what each artifact says of itself; no database is touched.
 * `applied`: names of migrations that the database has.
 */
export async function judgeMigrations(
  release: Release,
  running: Release,
  releases: Releases,
  applied: readonly string[],
): Promise<MigrationJudgement> {
  // PostgreSQL's parser is several megabytes, and most commands never ask.
  const { judgeSuccession, loadParser, ManifestError, readManifest } = await import('@devplatform/migration-check/read');
  await loadParser();
  try {
    const [next, now] = [readManifest(releases.folder(release)), readManifest(releases.folder(running))];
    const earlier = releases.before(running).flatMap((one) => readable(() => readManifest(releases.folder(one))));
    const { verdict, findings, silenced, ledger, left } = judgeSuccession({ next, running: now, applied, earlier });
    if (verdict === 'safe') return { outcome: 'safe', remarks: [...ledger, ...silenced], left };
    return {
      outcome: verdict,
      reasons: findings.map(({ rule, source, line, message }) => `${rule} (${source}:${line}): ${message}`),
      left,
    };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return { outcome: 'unknown', reasons: [error.message], left: [] };
  }
}

/** A release of an earlier build that does not say what it did is left out of the history. */
function readable<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch {
    return [];
  }
}
