import { openReplay } from '@devplatform/migration-check/replay';
import type { Case } from './case.ts';
import type { Judged, Judgement } from './judgement.ts';

/** Every case run on PostgreSQL (the embedded one without a URL). `ms`: each by itself. */
export async function judgedByReplay(
  cases: readonly Case[],
  url: string | undefined,
): Promise<{ readonly judged: Judged; readonly ms: readonly number[] }> {
  await using replay = await openReplay(url === undefined ? {} : { url });
  const judged = new Map<string, Judgement>();
  const ms: number[] = [];
  for (const one of cases) {
    try {
      const measured = await replay.run(one);
      ms.push(measured.ms);
      // One run of SQL that is made while it runs is no proof that it is safe.
      const verdict = measured.verdict === 'safe' && measured.unreadable ? 'unknown' : measured.verdict;
      judged.set(one.id, {
        verdict,
        reasons: measured.findings.map(({ kind, line, message }) => `${kind}, line ${String(line)}: ${message}`),
      });
    } catch (error) {
      judged.set(one.id, { verdict: 'error', reasons: [error instanceof Error ? error.message : String(error)] });
    }
  }
  return { judged, ms };
}
