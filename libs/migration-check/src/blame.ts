import { applyStatement } from './catalog/apply-statement.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { OldRelease } from './old-release.ts';
import type { Breakage } from './previous/breakage.ts';
import type { RowsSoFar } from './rows-so-far.ts';
import type { Statement } from './sql/statement.ts';

/** Statements of one transaction that are looked at one by one; beyond that the last one is named. */
const LIMIT = 300;

/**
 * Which statement of a transaction each breakage that stands at its end comes from: the one from which on it was there all the time. `start` is the
 * catalog before the first, and is used up.
 */
export function blame(
  breakages: readonly Breakage[],
  start: Catalog,
  statements: readonly Statement[],
  old: OldRelease,
  rows: RowsSoFar,
): readonly { readonly breakage: Breakage; readonly statement: Statement }[] {
  const last = statements.at(-1);
  if (last === undefined) return [];
  if (statements.length === 1 || statements.length > LIMIT) return breakages.map((breakage) => ({ breakage, statement: last }));
  const broken = statements.map((statement) => {
    if (!('TransactionStmt' in statement.node)) applyStatement(start, statement, 'wrapped');
    return new Set(old.breakagesOn(start, rows).map(({ message }) => message));
  });
  return breakages.map((breakage) => {
    const whole = broken.findLastIndex((messages) => !messages.has(breakage.message));
    return { breakage, statement: statements[whole + 1] ?? last };
  });
}
