import { openReplay, type Measured, type MeasuredFinding, type Replay, UnparsableCase } from '../replay/index.ts';
import { Axis, type RuleName, verdictOf } from '../verdict.ts';
import { judge, type Judgement, type LocatedFinding, type MigrationCase } from './migration-case.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** The static judgement with what PostgreSQL showed: nothing is taken away from it, and what it did not foresee is added. */
export class ReplayedJudgement implements AsyncDisposable {
  readonly #replay: Replay;

  private constructor(replay: Replay) {
    this.#replay = replay;
  }

  /** `databaseUrl` null: the embedded PostgreSQL, which ends with this. Throws UnreadableInput. */
  static async open(databaseUrl: string | null): Promise<ReplayedJudgement> {
    try {
      return new ReplayedJudgement(await openReplay(databaseUrl === null ? {} : { url: databaseUrl }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UnreadableInput(`There is no PostgreSQL to replay on: ${reason}. Nothing was judged.`, { cause: error });
    }
  }

  readonly judge = async (migrationCase: MigrationCase): Promise<Judgement> => {
    const foreseen = judge(migrationCase);
    const measured = await this.#measure(migrationCase);
    const findings = [...foreseen.findings, ...measured.flatMap(({ source, findings: seen }) => unforeseen(seen, source, foreseen))];
    const notes = [
      ...measured.flatMap(({ source, notes: said }) => said.map((note) => `${source}: ${note}`)),
      ...unseen(foreseen, measured),
    ];
    return { ...foreseen, verdict: verdictOf(findings), findings, notes };
  };

  /** One migration after the other, each on what those before it made. */
  async #measure({ migrations, schemaText, previous }: MigrationCase): Promise<readonly (Measured & { readonly source: string })[]> {
    const measured: (Measured & { readonly source: string })[] = [];
    let schema = schemaText;
    for (const { source, text, transaction } of migrations) {
      try {
        const answer = await this.#replay.run({ sql: text, schema, previous, transaction });
        measured.push({ ...answer, source });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const where = error instanceof UnparsableCase ? '' : ' (is this the schema of that database?)';
        throw new UnreadableInput(`${source}: it cannot be replayed: ${reason}${where}. Nothing was judged.`, { cause: error });
      }
      schema = `${schema}\n${text}`;
    }
    return measured;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replay[Symbol.asyncDispose]();
  }
}

const unforeseen = (seen: readonly MeasuredFinding[], source: string, { findings }: Judgement): readonly LocatedFinding[] =>
  seen
    .filter(
      ({ kind, verdict }) => !findings.some((finding) => finding.source === source && finding.kind === kind && finding.verdict === verdict),
    )
    .map(({ kind, verdict, statement, line, message }) => ({
      ...{ rule: ruleOf(kind, message), kind, verdict, statement, line, source },
      ...{
        message: `On PostgreSQL: ${message}`,
        rewrite: 'See the page of the rule; and the checker should have foreseen this: report it.',
      },
    }));

function ruleOf(kind: Axis, message: string): RuleName {
  if (kind === 'lock') return 'lock-and-scan';
  return message.startsWith('The migration cannot run') ? 'cannot-run' : 'unreadable';
}

/** What PostgreSQL did not show: one database and a few rows are no proof, so that the judgement stands. */
const unseen = ({ findings }: Judgement, measured: readonly Measured[]): readonly string[] =>
  Axis.options
    .filter((axis) => findings.some(({ kind }) => kind === axis) && !measured.some((one) => one.findings.some(({ kind }) => kind === axis)))
    .map((axis) => `On PostgreSQL nothing happened to ${axis}; the static verdict stands.`);
