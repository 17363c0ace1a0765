import type { Statement } from '../sql/statement.ts';
import type { Finding } from '../verdict.ts';

/** What somebody has answered for. */
export interface Silenced<F extends Finding> {
  readonly finding: F;
  readonly reason: string;
}

export interface Heard<F extends Finding> {
  /** Those that stand, and one for each comment that silences nothing. */
  readonly findings: readonly (F | Finding)[];
  readonly silenced: readonly Silenced<F>[];
}

/** `-- migration-check: allow <rule> because <reason>`, on a line of its own. */
const SILENCE = /^[ \t]*--[ \t]*migration-check:[ \t]*(.*)$/gmu;
const ALLOW = /^allow[ \t]+(?<rule>[a-z-]+)(?:[ \t]+because[ \t]+(?<reason>\S.*?))?[ \t]*$/u;
/** Nobody can answer for what fails whatever is said, nor for the comments themselves. */
const LOUD: readonly string[] = ['cannot-run', 'unused-silence', 'phase'];

const EXCERPT = 500;

/**
 * Takes away the findings of one rule on the statement right below a comment that allows it with a reason. A comment without a reason, for
 * another rule, or above a statement that has no such finding, is a finding itself, so that none outlives what it was written for.
 * `text` is what `statements` were read from, and `findings` are about them.
 */
export function heard<F extends Finding>(text: string, statements: readonly Statement[], findings: readonly F[]): Heard<F> {
  let standing: readonly F[] = findings;
  const silenced: Silenced<F>[] = [];
  const unused: Finding[] = [];
  for (const match of text.matchAll(SILENCE)) {
    const line = text.slice(0, match.index).split('\n').length;
    const { rule = '', reason } = ALLOW.exec(match[1] ?? '')?.groups ?? {};
    const below = statements.find(({ offset }) => offset > match.index);
    const inside = statements.some(({ offset, text: { length } }) => offset < match.index && match.index < offset + length);
    const allowed =
      inside || below === undefined || LOUD.includes(rule) ? [] : standing.filter((one) => one.rule === rule && isAbout(one, below));
    if (allowed.length === 0 || reason === undefined) {
      unused.push(
        unusedSilence(match[0].trim(), line, reason === undefined ? NO_REASON : `there is no such finding on the statement below it`),
      );
      continue;
    }
    standing = standing.filter((one) => !allowed.includes(one));
    silenced.push(...allowed.map((finding) => ({ finding, reason })));
  }
  return { findings: [...standing, ...unused], silenced };
}

const isAbout = ({ line, statement }: Finding, { line: at, text }: Statement): boolean =>
  line === at && text.slice(0, EXCERPT) === statement;

const NO_REASON = 'it does not read `allow <rule> because <reason>`';

const unusedSilence = (comment: string, line: number, why: string): Finding => ({
  ...{ rule: 'unused-silence', kind: 'compat', verdict: 'unsafe', statement: comment.slice(0, EXCERPT), line },
  message: `The comment silences nothing: ${why}.`,
  rewrite: 'Take it away, or write `-- migration-check: allow <rule> because <reason>` right above the statement that has the finding.',
});
