import type { BatchAnswer } from '../input/batch.ts';
import type { Judgement, LocatedFinding } from '../input/migration-case.ts';

/** `{"verdict","findings":[{"rule","kind","statement","line","message","rewrite"}]}`; with several migrations a finding has `file` too. */
export const jsonReport = (judgement: Judgement): string =>
  JSON.stringify({ verdict: judgement.verdict, findings: findingsOf(judgement) }, null, 2);

/** `{"id","verdict","findings"}` on one line; an `error` has no findings but a `message`. `id` is null where the line has none to read. */
export function batchLine(answer: BatchAnswer): string {
  const { id, verdict } = answer;
  if ('judgement' in answer) return JSON.stringify({ id, verdict, findings: findingsOf(answer.judgement) });
  return JSON.stringify({ id, verdict, findings: [], message: answer.message });
}

const findingsOf = ({ findings, migrations }: Judgement) =>
  findings.map(({ rule, kind, statement, line, message, rewrite, source }: LocatedFinding) => ({
    ...{ rule, kind, statement, line, message, rewrite },
    ...(migrations > 1 && { file: source }),
  }));
