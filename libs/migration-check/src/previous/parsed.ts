import type { Node } from 'libpg-query';
import { statementsOf } from '../sql/statement.ts';
import type { PreviousRelease } from './previous.ts';

/** The previous release with its queries as trees. */
export interface ParsedPrevious {
  readonly previous: PreviousRelease;
  /** A text with several statements gives several. */
  readonly queries: readonly { readonly text: string; readonly node: Node }[];
}

/** @throws {UnreadableSql} that names the query by its number in the manifest. */
export function parsePrevious(previous: PreviousRelease): ParsedPrevious {
  const queries = previous.queries.flatMap((text, i) => statementsOf(text, `query ${String(i + 1)} of the previous release`));
  return { previous, queries: queries.map(({ text, node }) => ({ text, node })) };
}
