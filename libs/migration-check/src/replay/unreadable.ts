import { scanSync } from 'libpg-query';
import type { Connection } from './connection.ts';
import type { Piece } from './statements.ts';

/** A block that builds SQL while it runs: one run of it says nothing about another. */
export function isUnreadable({ node }: Piece): boolean {
  if ('DoStmt' in node) return bodiesIn(node.DoStmt.args).some(executes);
  return false;
}

function bodiesIn(tree: unknown): readonly string[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => (key === 'sval' && typeof value === 'string' ? [value] : bodiesIn(value)));
}

/** EXECUTE as a statement of PL/pgSQL: neither in a text or comment, nor in GRANT EXECUTE ON and EXECUTE FUNCTION. */
function executes(body: string): boolean {
  try {
    const tokens = scanSync(body).tokens.filter(({ tokenName }) => !/COMMENT$/.test(tokenName));
    return tokens.some(({ text }, i) => /^execute$/i.test(text) && !/^(?:on|function|procedure)$/i.test(tokens[i + 1]?.text ?? ''));
  } catch {
    return /\bexecute\b/i.test(body);
  }
}

/** Whether the migration calls, or a table's trigger runs, a function that builds SQL while it runs. Asked when the migration has run. */
export async function runsUnreadable(connection: Connection, pieces: readonly Piece[]): Promise<boolean> {
  const { rows } = await connection.ask(`
    SELECT p.proname, p.prosrc, EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D')
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE l.lanname = 'plpgsql' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosrc ~* '\\mexecute\\M'`);
  const text = pieces.map((piece) => piece.text.toLowerCase()).join(' ');
  return rows.some(
    ([name, source, isTrigger]) => executes(source ?? '') && (isTrigger === 't' || text.includes(`${(name ?? '').toLowerCase()}(`)),
  );
}
