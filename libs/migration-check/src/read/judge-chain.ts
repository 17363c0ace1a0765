import { checkChain, type CheckReport } from '../check.ts';
import type { PreviousRelease } from '../previous/previous.ts';
import type { Statement } from '../sql/statement.ts';
import { type Finding, verdictOf } from '../verdict.ts';
import type { Migration, WalkFinding } from '../walk.ts';
import { madeBy, phaseFindings } from './phase-findings.ts';
import type { Phase } from './recorded-migration.ts';
import { heard, type Silenced } from './silences.ts';

/** A migration with what is known of it besides its statements. */
export interface ReadMigration extends Migration {
  /** What `statements` were read from, comments included. */
  readonly text: string;
  /** Absent or null: it does not say. */
  readonly phase?: Phase | null;
  /** Why it may do something else than what was read. */
  readonly gaps?: readonly string[];
}

export interface ReadChain {
  readonly migrations: readonly ReadMigration[];
  readonly schema: readonly Statement[];
  readonly previous: PreviousRelease;
  /** What the previous release runs and its manifest cannot say, as `path:line: source`. */
  readonly unread?: readonly string[];
}

export interface ChainReport extends CheckReport {
  /** What somebody answers for, with the reason. */
  readonly silenced: readonly Silenced<WalkFinding>[];
}

/** checkChain, with what the statements alone do not say: declared phases, what could not be read, and findings that were answered for. */
export function judgeChain({ migrations, schema, previous, unread = [] }: ReadChain): ChainReport {
  const { findings } = checkChain({ migrations, schema, previous });
  const made = new Set(migrations.flatMap(({ statements }) => madeBy(statements)));
  const standing: WalkFinding[] = migrations.length === 0 ? [] : unread.map((call) => ({ ...unknown(unreadCall(call)), migration: 0 }));
  const silenced: Silenced<WalkFinding>[] = [];
  for (const [index, { text, statements, phase = null, gaps = [] }] of migrations.entries()) {
    const own = [
      ...gaps.map((gap) =>
        unknown({ message: `It may do something else elsewhere: ${gap}.`, rewrite: 'Write out the statements that it would run.' }),
      ),
      ...findings.filter(({ migration }) => migration === index),
      ...phaseFindings(phase, statements, made),
    ];
    const report = heard(
      text,
      statements,
      own.map((finding) => ({ ...finding, migration: index })),
    );
    standing.push(...report.findings.map((finding) => ({ ...finding, migration: index })));
    silenced.push(...report.silenced);
  }
  return { verdict: verdictOf(standing), findings: standing, silenced };
}

const unreadCall = (call: string): Pick<Finding, 'message' | 'rewrite'> => ({
  message: `The previous release runs SQL that is only known while it runs, so nobody can say whether it goes on: ${call}.`,
  rewrite: 'Make it text that stands in the source, and build that release again.',
});

const unknown = (what: Pick<Finding, 'message' | 'rewrite'>): Finding => ({
  ...{ rule: 'unreadable', kind: 'compat', verdict: 'unknown', statement: '', line: 1, ...what },
});
