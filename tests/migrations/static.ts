import { check, loadParser, UnreadableSql } from '@devplatform/migration-check';
import type { Case } from './case.ts';
import type { Judged, Judgement } from './judgement.ts';

/** The checker's verdict without a database. `ms`: for all of them in this process, the parser loaded before. */
export async function judgedStatically(cases: readonly Case[]): Promise<{ readonly judged: Judged; readonly ms: number }> {
  await loadParser();
  const start = performance.now();
  const judged = new Map(cases.map((one) => [one.id, judgementOf(one)]));
  return { judged, ms: performance.now() - start };
}

function judgementOf(one: Case): Judgement {
  try {
    const { verdict, findings } = check(one);
    return { verdict, reasons: findings.map(({ rule, kind, line, message }) => `${rule} (${kind}, line ${String(line)}): ${message}`) };
  } catch (error) {
    if (error instanceof UnreadableSql) return { verdict: 'error', reasons: [error.message] };
    return { verdict: 'error', reasons: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
}
